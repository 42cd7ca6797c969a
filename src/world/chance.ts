import { shareOf } from './hosts.ts';

/**
 * One request, packet or call, where a fault takes a share of them. Nothing is drawn from a stream: the same chance comes
 * to the same end for ever, so that a run can be replayed.
 */
export interface Chance {
  /** What all of one kind have in common: a client and its server, a caller and an operation. */
  readonly of: string;
  /** Which of them it is: another number for each. */
  readonly count: number;
  /** World time, milliseconds since 1970. */
  readonly now: number;
}

/** What of a fault decides about chances. */
export interface Dice {
  readonly seed: number;
  /**
   * World ms that what was drawn holds at least: all that have `of` in common fare alike for so long, so that trouble
   * comes in stretches. 0: each is drawn by itself.
   */
  readonly holdMs?: number;
}

/** A number from 0 on and below 1: those below a fault's share are struck by it. */
export const drawn = ({ seed, holdMs = 0 }: Dice, { of, count, now }: Chance): number =>
  holdMs > 0
    ? shareOf(seed, 'hold', of, Math.floor(now / holdMs))
    : shareOf(seed, 'each', of, count);
