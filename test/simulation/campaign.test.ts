import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { failedBefore } from './failed-before.ts';
import { simulate } from './simulate.ts';

describe('a simulated world', () => {
  it('keeps its rules whatever happens, and does the same twice from one seed', async () => {
    const { problems, answered } = await runCampaign([1, 2, 3, 4], 40);
    expect(problems).toEqual([]);
    expect(answered).toContain('elasticloadbalancing:RegisterTargets');
    expect(answered).toContain('autoscaling:CreateAutoScalingGroup');
  }, 60_000);

  it.each(failedBefore)(
    'does not fail again: $what (seed $seed)',
    async ({ seed, steps }) => {
      // Once: that two runs are the same is shown above.
      const { problem } = await simulate(seed, steps);
      expect(problem, `node test/simulation/campaign.ts --seed ${seed} --steps ${steps}`).toBe(
        undefined,
      );
    },
    60_000,
  );
});
