import { startHeartbeat } from '../heartbeat.ts';
import type { FromNode, ToNode } from './messages.ts';
import { NodeBalancer } from './node-balancer.ts';
import { NodeClock } from './node-clock.ts';

// A node process: the balancer nodes of one zone. It does what the main process tells it over its channel, and
// ends with it: a world that was killed leaves no balancer behind.

const clock = new NodeClock({ worldNow: Date.now(), speed: 1 });
let balancer: NodeBalancer | undefined;

const send = (message: FromNode): void => {
  // The channel is closed when the main process is gone; then this process ends too.
  if (process.connected) process.send?.(message);
};

/** Lateness is told so often, in beats, and only when it is more than timers always are. */
const beatsATelling = 5;
const leastToldMs = 10;

let beats = 0;
startHeartbeat((lateMs) => {
  clock.noteLate(lateMs);
  beats += 1;
  if (beats % beatsATelling !== 0) return;
  const realMs = clock.takeLateness();
  if (realMs >= leastToldMs) send({ kind: 'late', realMs });
});

const take = (message: ToNode): void => {
  switch (message.kind) {
    case 'clock':
      clock.set(message.reading);
      break;
    case 'configure':
      balancer ??= new NodeBalancer(message.configuration, clock, send);
      balancer.configure(message.configuration);
      break;
    case 'freeze':
      balancer?.freeze();
      break;
  }
};

// The only sender on this channel is the main process, which speaks ToNode.
process.on('message', (message) => take(message as ToNode));
process.on('disconnect', () => process.exit(0));
// A message that can no longer be sent says the same a moment earlier.
process.on('error', () => process.exit(0));
// A Ctrl-C in the terminal reaches the whole process group; the main process decides when its nodes end.
process.on('SIGINT', () => undefined);
