import { describe, expect, it } from 'vitest';
import { runStorageCampaign } from './storage.ts';

describe('volumes, snapshots and copies of a world under kill -9', () => {
  it('are where the world says, with their bytes, and nothing else is', async () => {
    const seed = Number(process.env['FAULTLINE_CRASH_SEED'] ?? Date.now() % 2 ** 31);
    const result = await runStorageCampaign(6, seed);
    expect(result.problems, `node test/crash/storage.ts --rounds 6 --seed ${seed}`).toEqual([]);
    expect(result.acknowledged).toBeGreaterThan(20);
  }, 240_000);
});
