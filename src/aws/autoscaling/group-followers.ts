import { follow, type Follower } from '../../world/rules.ts';
import type { InstanceGrouping } from '../cloudwatch/instance-metrics.ts';
import { Instances, type Instance } from '../ec2/instances/instance-entities.ts';
import { SpotInterruptions } from '../ec2/spot/entities.ts';
import { TargetHealthReports, Targets } from '../elbv2/entities.ts';
import { GroupInstances } from './entities.ts';
import { wakeGroupOf } from './group-wake.ts';

/** What a group goes by of an instance: the step of its life, its boot, and what its status checks miss. */
const isSameToGroups = (a: Instance, b: Instance): boolean =>
  a.state === b.state &&
  a.impairment === b.impairment &&
  a.bootNumber === b.bootNumber &&
  a.lostBootNumber === b.lostBootNumber;

/** What wakes a group: the life and the health of its instances, what balancers say of them, and EC2 of Spot Instances. */
export const groupFollowers: readonly Follower[] = [
  follow(Instances, (tx, { before, after }) => {
    // Of a new instance its group knows, if it has one: it has launched it.
    if (before === undefined || (after !== undefined && isSameToGroups(before, after))) return;
    wakeGroupOf(tx, before.id);
  }),
  follow(SpotInterruptions, (tx, { after }) => {
    if (after !== undefined) wakeGroupOf(tx, after.id);
  }),
  follow(Targets, (tx, { before, after }) => {
    if (before !== undefined && after === undefined) wakeGroupOf(tx, before.targetId);
  }),
  follow(TargetHealthReports, (tx, { after }) => {
    const target = after && tx.get(Targets, after.id);
    if (target !== undefined) wakeGroupOf(tx, target.targetId);
  }),
];

/** Groups as CloudWatch counts their instances together. */
export const groupsOfInstances: InstanceGrouping = {
  groupOf: (view, instanceId) => view.get(GroupInstances, instanceId)?.groupName,
  instancesOf: (view, group) => view.find(GroupInstances, 'group', group).map(({ id }) => id),
};
