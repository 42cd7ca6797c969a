import type { HealthCheck, ProbeOutcome } from '../../aws/elbv2/target-health.ts';
import type { Chance } from '../../world/chance.ts';
import { passingOver, withoutGray } from '../../world/passing.ts';
import { afterPatience } from '../patience.ts';
import type { NodeClock } from './node-clock.ts';
import type { TargetPool } from './target-pool.ts';

// Not an import: that would load all of node:http, its WebSocket client too, and cost a tenth of a start.
const { get } = process.getBuiltinModule('node:http');

/**
 * With a fast clock a time-out may be so short in real time that a busy machine misses it. A server that hangs is
 * found out this much later then; a network that is down is not, since nothing real is waited for.
 */
const leastTimeoutMs = 200;

/** What comes back within so much world time. */
const request = (
  pool: TargetPool,
  check: HealthCheck,
  clock: NodeClock,
  timeoutMs: number,
): Promise<ProbeOutcome> =>
  new Promise((resolve) => {
    const { socket } = pool.target;
    if (socket === undefined) {
      resolve({ kind: 'timeout' });
      return;
    }
    const sent = get({
      host: socket.address,
      port: socket.healthCheckPort,
      path: check.path,
      localAddress: pool.sourceAddress,
      agent: false,
      headers: {
        Host: `${socket.address}:${socket.healthCheckPort}`,
        Connection: 'close',
        'User-Agent': 'ELB-HealthChecker/2.0',
        'Accept-Encoding': 'gzip, compressed',
      },
    });
    const stopWaiting = afterPatience(clock, timeoutMs, leastTimeoutMs, () => {
      resolve({ kind: 'timeout' });
      sent.destroy();
    });
    sent.on('response', (response) => {
      stopWaiting();
      resolve({ kind: 'code', code: response.statusCode ?? 0 });
      // The node closes the connection after each check; the body is of no interest.
      sent.destroy();
    });
    sent.on('error', () => {
      stopWaiting();
      resolve({ kind: 'failed' });
    });
  });

/**
 * Checks one target once, as it can be reached at this moment: over a network that is down nothing comes back,
 * and the check ends with the time-out.
 */
export const probe = async (
  pool: TargetPool,
  check: HealthCheck,
  clock: NodeClock,
  chance: Chance,
): Promise<ProbeOutcome> => {
  const timeoutMs = check.timeoutSeconds * 1000;
  // A new connection and the request on it: a round trip each.
  const passing = passingOver(withoutGray(pool.target.way), 2, chance);
  const answers = pool.answersProbes && passing.kind === 'through';
  const travelMs = passing.kind === 'through' ? passing.delay : timeoutMs;
  const delayMs = answers ? Math.min(travelMs, timeoutMs) : timeoutMs;
  if (clock.realMs(delayMs) > 1) {
    await new Promise<void>((resolve) => clock.at(clock.now() + delayMs, resolve));
  }
  if (!answers || travelMs >= timeoutMs) return { kind: 'timeout' };
  return await request(pool, check, clock, timeoutMs - travelMs);
};
