import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { resourceById } from '../describe.ts';
import { SecurityGroups, securityGroupNameKey, type Subnet } from '../entities.ts';
import { kinds } from '../errors.ts';

/** An interface has at most this many groups ("Amazon VPC quotas", security groups per network interface). */
const maxGroupsPerInterface = 5;

/** Checks that groups exist and are of the subnet's VPC; without any it is the VPC's default group. */
export const checkGroups = (
  view: View,
  groupIds: readonly string[],
  subnet: Pick<Subnet, 'id' | 'vpcId'>,
): readonly string[] | DomainError => {
  const ids = [...new Set(groupIds)];
  if (ids.length === 0) {
    const [group] = view.find(
      SecurityGroups,
      'name',
      securityGroupNameKey(subnet.vpcId, 'default'),
    );
    if (group === undefined) throw new Error(`${subnet.vpcId} has no default security group.`);
    return [group.id];
  }
  if (ids.length > maxGroupsPerInterface) {
    return new DomainError(
      'SecurityGroupsPerInterfaceLimitExceeded',
      'The maximum number of security groups per interface has been reached.',
    );
  }
  for (const id of ids) {
    const group = resourceById(view, SecurityGroups, kinds.securityGroup, id);
    if (isDomainError(group)) return group;
    if (group.vpcId !== subnet.vpcId) {
      return new DomainError(
        'InvalidParameter',
        `Security group ${id} and subnet ${subnet.id} belong to different networks.`,
      );
    }
  }
  return ids;
};
