import { grayStatus, sharesOver } from '../../world/passing.ts';
import { worldMs, type Way } from '../../world/way.ts';

/** What the server behind a target does with a request that reaches it. */
export type TargetBehaviour =
  | { readonly kind: 'answers'; readonly code: number; readonly afterMs: number }
  /** Nothing listens on its port. */
  | { readonly kind: 'refuses' }
  | { readonly kind: 'silent' };

/** "HTTP 504: the load balancer failed to establish a connection to the target before the connection timeout expired (10 seconds)." */
export const connectTimeout = worldMs(10_000);

/** A share of the requests to a target that end alike. */
export interface ExchangeShare {
  /** 0 to 1; all of a target make 1. */
  readonly share: number;
  readonly statusCode: number;
  /** World ms from the moment at which the node has the request. */
  readonly afterMs: number;
  /** Whether the target gave the answer, or the load balancer in its place. */
  readonly by: 'target' | 'load-balancer';
}

/** What a node has before it when it passes a request on. */
export interface TargetExchange {
  readonly way: Way;
  /** Whether there is a server, and rules let the node connect to it. */
  readonly isReached: boolean;
  readonly behaviour: TargetBehaviour;
  readonly idleTimeoutMs: number;
}

const ownAnswer = (share: number, statusCode: number, afterMs: number): ExchangeShare => ({
  share,
  statusCode,
  afterMs,
  by: 'load-balancer',
});

/**
 * How requests end that a node passes on to a target, over connections that stand: a node keeps those that it has opened
 * (its first request to a target takes one round trip more). 502 where nothing listens, 504 where no connection comes about
 * in time, and where no answer does. Source: User Guide, "Troubleshoot your Application Load Balancers".
 */
export const exchangeShares = ({
  way,
  isReached,
  behaviour,
  idleTimeoutMs,
}: TargetExchange): readonly ExchangeShare[] => {
  if (!way.up || !isReached) return [ownAnswer(1, 504, connectTimeout)];
  if (behaviour.kind === 'silent') return [ownAnswer(1, 504, idleTimeoutMs)];
  return sharesOver(way, 1).map(({ share, passing }): ExchangeShare => {
    if (passing.kind === 'silence') return ownAnswer(share, 504, idleTimeoutMs);
    if (behaviour.kind === 'refuses') return ownAnswer(share, 502, passing.delay);
    const isServed = passing.kind === 'through';
    const afterMs = passing.delay + (isServed ? behaviour.afterMs : 0);
    return afterMs >= idleTimeoutMs
      ? ownAnswer(share, 504, idleTimeoutMs)
      : { share, statusCode: isServed ? behaviour.code : grayStatus, afterMs, by: 'target' };
  });
};
