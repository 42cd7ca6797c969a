import { describe, expect, it } from 'vitest';
import { runBlockCampaign } from './block-store.ts';

describe('block stores under kill -9', () => {
  it('keep every acknowledged snapshot, and nothing else', async () => {
    const seed = Date.now() % 2 ** 31;
    const result = await runBlockCampaign(20, seed);
    expect(result.problems, `seed ${seed}`).toEqual([]);
    // How many there are is a matter of how fast the machine is.
    expect(result.acknowledged).toBeGreaterThan(0);
  }, 240_000);
});
