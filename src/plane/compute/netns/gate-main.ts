import { Server, Socket } from 'node:net';
import { DomainError } from '../../../world/domain-error.ts';
import { Gate } from './gate.ts';
import type { FromGate, ToGate } from './messages.ts';

// The gate's process. It does what the main process tells it over its channel, and ends with it: a world that was killed
// leaves no network behind.

const send = (message: FromGate, socket?: Socket): void => {
  // The channel is closed when the main process is gone; then this process ends too.
  if (process.connected) process.send?.(message, socket);
};

const gate = new Gate(send);

const take = (message: ToGate, handle: unknown): void => {
  switch (message.kind) {
    case 'request':
      void gate.answer(message.request).then((answer) => {
        send(
          answer instanceof DomainError
            ? { kind: 'answer', number: message.number, problem: answer.message }
            : { kind: 'answer', number: message.number, ...answer },
        );
      });
      break;
    case 'wayIn':
      gate.takeWayIn(
        message.instanceId,
        message.port,
        handle instanceof Server ? handle : undefined,
      );
      break;
    case 'answered':
      gate.takeAnswer(message.number, message.base64);
      break;
    case 'stoodFor':
      gate.takePublicAddress(message.number, message.publicIp);
      break;
    case 'came':
      if (handle instanceof Socket) gate.takeConnection(message.instanceId, message.port, handle);
      break;
  }
};

// The only sender on this channel is the main process, which speaks ToGate.
process.on('message', (message, handle) => take(message as ToGate, handle));
process.on('disconnect', () => process.exit(0));
// A message that can no longer be sent says the same a moment earlier.
process.on('error', () => process.exit(0));
