import { describe, expect, it } from 'vitest';
import { runEndings } from './endings.ts';

describe('a world that is reset and stopped under load', () => {
  it('ends in good order at whatever moment, and loses nothing acknowledged', async () => {
    const seed = Number(process.env['FAULTLINE_CRASH_SEED'] ?? Date.now() % 2 ** 31);
    const result = await runEndings(10, seed);
    expect(result.problems, `node test/crash/endings.ts --rounds 10 --seed ${seed}`).toEqual([]);
    expect(result.answered).toBeGreaterThan(100);
  }, 240_000);
});
