/**
 * Which requests fail when a share of them does: every (1 / share)-th, as a balancer that sends requests to its targets
 * in turn makes it. `carry` is the sum of shares that has not made a failure yet, from 0 to below 1.
 */
export interface FailingShare {
  /** 0 to 1. */
  readonly share: number;
  readonly carry: number;
}

/** The golden ratio's fraction and its like in two dimensions: multiples of them spread evenly between 0 and 1. */
const clientStep = 0.618_033_988_75;
const addressStep = 0.754_877_666_25;

/**
 * The carry of a client's address that nothing has been sent to. It begins at a half, so that few requests lose neither
 * too many nor too few, but for each client and address elsewhere, so that not all of them fail at the same time.
 */
export const freshCarry = (client: number, address: number): number =>
  (0.5 + client * clientStep + address * addressStep) % 1;

/** What sums of binary fractions may be off by. */
const off = 1e-9;

/** How many of the next `count` requests fail. */
export const failuresAmong = ({ share, carry }: FailingShare, count: number): number => {
  if (share <= 0) return 0;
  return share >= 1 ? count : Math.min(count, Math.floor(carry + count * share + off));
};

/** The carry after `count` requests. */
export const carryAfter = (failing: FailingShare, count: number): number => {
  const { share, carry } = failing;
  if (share <= 0 || share >= 1) return carry;
  return Math.max(0, carry + count * share - failuresAmong(failing, count));
};

/** Which one of the next requests, counted from 1, is the `failure`-th to fail (counted from 1, share above 0). */
export const failureAt = ({ share, carry }: FailingShare, failure: number): number =>
  share >= 1 ? failure : Math.max(1, Math.ceil((failure - carry - off) / share));

/** Which one of the next requests, counted from 1, is the `good`-th that does not fail (counted from 1, share below 1). */
export const goodAt = ({ share, carry }: FailingShare, good: number): number =>
  share <= 0 ? good : Math.floor((carry + off + good - 1) / (1 - share)) + 1;
