import { Instances, InstanceUserDatas } from '../aws/ec2/instances/instance-entities.ts';
import { bytesOfBase64 } from '../aws/ec2/launch/launch-user-data.ts';
import { readUserData } from '../aws/ec2/launch/user-data.ts';
import type { World } from '../world/world.ts';

/** What instances leave out of their user data, as `GET /_faultline/world` shows it. */
export interface UserDataSummary {
  /** Some of the instances with this user data. */
  readonly instanceIds: readonly string[];
  /** How many there are. */
  readonly instances: number;
  /** Each thing that is left out, and why. */
  readonly leftOut: readonly string[];
}

/** As many ids as a person looks up. */
const shownIds = 5;

const leftOutOf = (base64: string): readonly string[] => {
  const read = readUserData(bytesOfBase64(base64));
  return read.kind === 'parts' ? read.leftOut : [];
};

/** What instances leave out of their user data, those with the same together. */
export const summarizeUserData = (world: World): readonly UserDataSummary[] => {
  const byUserData = new Map<string, string[]>();
  for (const view of world.regionalViews()) {
    for (const { id, base64 } of view.list(InstanceUserDatas)) {
      if (view.get(Instances, id)?.state === 'terminated') continue;
      const ids = byUserData.get(base64) ?? [];
      byUserData.set(base64, ids);
      ids.push(id);
    }
  }
  return [...byUserData].flatMap(([base64, ids]) => {
    const leftOut = leftOutOf(base64);
    return leftOut.length === 0
      ? []
      : [{ instanceIds: ids.slice(0, shownIds), instances: ids.length, leftOut }];
  });
};
