import { describe, expect, it } from 'vitest';
import { paceFor } from './pace.ts';

describe('the pace of a live drill', () => {
  it.each([
    ['a calm machine', 20, 20, 1, 4000, 10],
    ['a stall of a tenth of a second', 100, 100, 1, 4000, 10],
    ['a stall of a fifth of a second', 200, 200, 1, 4000, 5],
    ['a machine with far too much to do', 700, 700, 1, 4000, 1],
    ['one that stands still for seconds', 5000, 5000, 1, 4000, 1],
    ['a stall that is over for some seconds', 20, 200, 1, 4000, 10],
    ['a long stall that is over for some seconds', 20, 800, 1, 4000, 2],
    ['users who give up soon', 100, 100, 1, 800, 2],
    ['a processor with three times as much to do', 20, 20, 3, 4000, 6],
    ['a processor with nine times as much to do', 20, 20, 9, 4000, 2],
  ])(
    'is for %s (%i ms now, %i ms in a minute, load %i, patience %i ms): %f',
    (_, lastSecondsMs, lastMinuteMs, load, patienceMs, speed) => {
      expect(paceFor({ lastSecondsMs, lastMinuteMs, load }, patienceMs)).toBe(speed);
    },
  );
});
