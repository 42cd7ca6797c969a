/** A target group of a forward action and its weight, 0 to 999. */
export interface Weighted {
  readonly arn: string;
  readonly weight: number;
}

/** A target group and its part of what a listener forwards. */
export interface GroupShare {
  readonly arn: string;
  /** 0 to 1; all shares make 1, or there are none. */
  readonly share: number;
}

/** A single target group gets everything, whatever its weight. */
const weightsOf = (groups: readonly Weighted[]): readonly Weighted[] =>
  (groups.length === 1 ? groups.map((group) => ({ ...group, weight: 1 })) : groups).filter(
    ({ weight }) => weight > 0,
  );

const sum = (groups: readonly Weighted[]): number =>
  groups.reduce((total, { weight }) => total + weight, 0);

/**
 * How requests spread among the target groups of a forward action: by weight, whether they have healthy targets or not
 * (User Guide, "Listener rules for your Application Load Balancer", forward actions). None when all weigh nothing.
 */
export const spread = (groups: readonly Weighted[]): readonly GroupShare[] => {
  const weighted = weightsOf(groups);
  const total = sum(weighted);
  return weighted.map(({ arn, weight }) => ({ arn, share: weight / total }));
};

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/**
 * Whose turn it is, one request after another; from the end it goes on at the beginning. Each group has its share of them
 * exactly, and no group waits while another has a run of turns: the smooth weighted round robin of nginx. AWS does not
 * say in which order its nodes take turns.
 */
export const turnsOf = (groups: readonly Weighted[]): readonly string[] => {
  const weighted = weightsOf(groups);
  const divisor = weighted.reduce((all, { weight }) => greatestCommonDivisor(all, weight), 0);
  const waiting = weighted.map(({ arn, weight }) => ({
    arn,
    weight: weight / divisor,
    credit: 0,
  }));
  const total = sum(waiting);
  const [first] = waiting;
  if (first === undefined) return [];
  return Array.from({ length: total }, () => {
    let next = first;
    for (const one of waiting) {
      one.credit += one.weight;
      if (one.credit > next.credit) next = one;
    }
    next.credit -= total;
    return next.arn;
  });
};

/** The target group whose turn it is; undefined when none has one. */
export const turnOf = (turns: readonly string[], turn: number): string | undefined =>
  turns[turn % Math.max(1, turns.length)];
