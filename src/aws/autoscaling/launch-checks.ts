import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { checkLaunch } from '../ec2/instances.ts';
import type { AutoScalingGroup } from './entities.ts';
import { subnetsIn } from './group-members.ts';
import { notFullyFormed } from './group-source.ts';
import { choicesOf, groupLaunch } from './launch-request.ts';

/** A group is refused when EC2 would refuse to launch what it names, as AWS does with launch templates. */
export const checkLaunches = (
  view: View,
  group: Pick<AutoScalingGroup, 'launch' | 'tags' | 'subnetIds' | 'zoneIds'>,
): DomainError | undefined => {
  if (group.launch.kind === 'configuration') return undefined;
  const [subnet] = group.zoneIds.flatMap((zoneId) => subnetsIn(view, group, zoneId));
  if (subnet === undefined) return undefined;
  for (const choice of choicesOf(group)) {
    const launch = groupLaunch(view, group, choice, subnet.id);
    const checked = isDomainError(launch) ? launch : checkLaunch(view, launch.request);
    if (isDomainError(checked)) return notFullyFormed(checked);
  }
  return undefined;
};
