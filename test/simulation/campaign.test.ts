import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { failedBefore } from './failed-before.ts';

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
      const { problems } = await runCampaign([seed], steps);
      expect(problems).toEqual([]);
    },
    60_000,
  );
});
