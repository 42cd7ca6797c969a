import { NodeClock } from '../balancer/node-clock.ts';
import { Carrier } from './carrier.ts';

/** A carrier for tests, and the clock that it waits by. */
export const testCarrier = (
  speed = 1,
  address?: string,
): { readonly carrier: Carrier; readonly clock: NodeClock } => {
  const clock = new NodeClock({ worldNow: 0, speed });
  const carrier = new Carrier({
    clock,
    seed: 1,
    name: 'test',
    ...(address === undefined ? {} : { address }),
  });
  return { carrier, clock };
};
