import type { ListedMachine } from '../plane/compute/driver.ts';

/** What instances leave out of their user data, as `GET /_faultline/world` shows it. */
export interface UserDataSummary {
  /** Some of the instances that leave out the same. */
  readonly instanceIds: readonly string[];
  /** How many there are. */
  readonly instances: number;
  /** Each thing that is left out, and why. */
  readonly leftOut: readonly string[];
}

/** As many ids as a person looks up. */
const shownIds = 5;

/**
 * What machines that are on have left out of their user data, those with the same together. Each machine knows it from its
 * boot, so that nothing is read anew.
 */
export const summarizeUserData = (
  machines: readonly Pick<ListedMachine, 'instanceId' | 'leftOut'>[],
): readonly UserDataSummary[] => {
  const summaries = new Map<string, { instanceIds: string[]; leftOut: readonly string[] }>();
  for (const { instanceId, leftOut = [] } of machines) {
    if (leftOut.length === 0) continue;
    const key = leftOut.join('\n');
    const summary = summaries.get(key) ?? { instanceIds: [], leftOut };
    summaries.set(key, summary);
    summary.instanceIds.push(instanceId);
  }
  return [...summaries.values()].map(({ instanceIds, leftOut }) => ({
    instanceIds: instanceIds.slice(0, shownIds),
    instances: instanceIds.length,
    leftOut,
  }));
};
