import { accountZones } from '../../src/aws/shared/account-zones.ts';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { elbv2 } from '../../src/aws/elbv2/service.ts';
import { fillsCapacity } from '../../src/aws/autoscaling/decisions/group-snapshot.ts';
import {
  AutoScalingGroups,
  GroupInstances,
  type AutoScalingGroup,
  type GroupInstance,
} from '../../src/aws/autoscaling/entities.ts';
import { autoscaling } from '../../src/aws/autoscaling/service.ts';
import type { View } from '../../src/world/transaction.ts';
import type { Commit, World } from '../../src/world/world.ts';
import type { Random } from '../crash/random.ts';
import { Broken, call, listOf, type Answer, type Home, type Run } from './run.ts';

/** The account of Auto Scaling groups: what others do to servers at random would look like the groups' own doing. */
export const groupsAccount = '333344445555';

const largest = 8;

/** Chances of its own, so that groups do not reshuffle everything else. */
export interface GroupRun {
  readonly random: Random;
  readonly homes: readonly Home[];
}

const idIn = (answer: Answer, list: string, member: string): string => {
  if (typeof answer !== 'object') return '';
  // AWS answers lists of objects there.
  const [first] = answer[list] as readonly Readonly<Record<string, string>>[];
  return first?.[member] ?? '';
};

/** A balancer over the default subnets with a target group; the target group's ARN. */
const buildBalancer = (run: Run, home: Home): string => {
  const vpcId = idIn(call(run, home, ec2, 'DescribeVpcs', {}), 'Vpcs', 'VpcId');
  const answer = call(run, home, ec2, 'DescribeSubnets', {});
  // DescribeSubnets answers a list of subnets.
  const subnets =
    typeof answer === 'object'
      ? (answer['Subnets'] as readonly { readonly SubnetId: string }[])
      : [];
  const made = call(run, home, elbv2, 'CreateTargetGroup', {
    Name: 'group',
    Protocol: 'HTTP',
    Port: 8080,
    VpcId: vpcId,
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 3,
  });
  const arn = idIn(made, 'TargetGroups', 'TargetGroupArn');
  const balancer = call(run, home, elbv2, 'CreateLoadBalancer', {
    Name: 'group',
    Subnets: subnets.map(({ SubnetId }) => SubnetId),
  });
  call(run, home, elbv2, 'CreateListener', {
    LoadBalancerArn: idIn(balancer, 'LoadBalancers', 'LoadBalancerArn'),
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
  });
  return arn;
};

/** Lets balancers reach the servers of the default security group. */
const openDefaultGroup = (run: Run, home: Home): void => {
  const answer = call(run, home, ec2, 'DescribeSecurityGroups', { GroupNames: ['default'] });
  call(run, home, ec2, 'AuthorizeSecurityGroupIngress', {
    GroupId: idIn(answer, 'SecurityGroups', 'GroupId'),
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ],
  });
};

const bootingScript = Buffer.from('#faultline-mock\n{"bootSeconds":20}').toString('base64');

/** What a group launches: in every third world Spot Instances as well, which are replaced before they are taken. */
const launchSource = (seed: number): Readonly<Record<string, unknown>> => {
  const template = { LaunchTemplateName: 'web', Version: '$Latest' };
  if (seed % 3 !== 0) return { LaunchTemplate: template };
  return {
    CapacityRebalance: true,
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: template,
        Overrides: [{ InstanceType: 't3.micro' }, { InstanceType: 't3.small' }],
      },
      InstancesDistribution: {
        OnDemandBaseCapacity: 1,
        OnDemandPercentageAboveBaseCapacity: 50,
        SpotAllocationStrategy: 'price-capacity-optimized',
      },
    },
  };
};

/** One group over all zones of a Region; every other one behind a balancer whose checks it goes by. */
const buildGroup = (run: Run, random: Random, home: Home): void => {
  const view = run.simulated.world.view(home.region, home.account);
  openDefaultGroup(run, home);
  const image = baseImagesOf(home.region).find((one) => one.architecture === 'x86_64');
  call(run, home, ec2, 'CreateLaunchTemplate', {
    LaunchTemplateName: 'web',
    LaunchTemplateData: {
      ImageId: image?.imageId,
      InstanceType: 't3.micro',
      UserData: bootingScript,
    },
  });
  const balanced = random.below(2) === 0 ? [buildBalancer(run, home)] : [];
  const desired = 1 + random.below(largest);
  call(run, home, autoscaling, 'CreateAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    ...launchSource(run.seed),
    MinSize: 1,
    MaxSize: largest,
    DesiredCapacity: desired,
    AvailabilityZones: accountZones(view)
      .slice(0, 2 + random.below(2))
      .map((zone) => zone.name),
    TargetGroupARNs: balanced,
    ...(balanced.length > 0 ? { HealthCheckType: 'ELB', HealthCheckGracePeriod: 120 } : {}),
    ...(random.below(2) === 0 ? { DefaultInstanceWarmup: 30 } : {}),
  });
};

/** Groups in some Regions of a run. */
export const buildGroups = (run: Run, random: Random): GroupRun => {
  const regions = [...new Set(run.homes.map(({ region }) => region))];
  const homes = regions.map((region) => ({ region, account: groupsAccount }));
  for (const home of homes) buildGroup(run, random, home);
  return { random, homes };
};

/** Changes a group, or ends one of its servers, once in a few times. */
export const changeGroups = (run: Run, { random, homes }: GroupRun): void => {
  const home = random.pick(homes);
  if (home === undefined) return;
  switch (random.below(6)) {
    case 0:
      call(run, home, autoscaling, 'SetDesiredCapacity', {
        AutoScalingGroupName: 'web',
        DesiredCapacity: 1 + random.below(largest),
      });
      return;
    case 1: {
      const one = random.pick(listOf(run, home, GroupInstances));
      if (one === undefined) return;
      const request = { InstanceIds: [one.id] };
      call(run, home, ec2, random.below(3) === 0 ? 'StopInstances' : 'TerminateInstances', request);
      return;
    }
    default:
  }
};

const servesWell = (member: GroupInstance): boolean =>
  member.state === 'InService' && member.isHealthy;

const membersOf = (view: View, group: AutoScalingGroup): readonly GroupInstance[] =>
  view.find(GroupInstances, 'group', group.id);

/** Follows groups: none lets its last healthy instance go by itself. */
export class GroupWatch {
  readonly #serving = new Map<string, ReadonlySet<string>>();
  #stop = (): void => undefined;
  #broken: Broken | undefined;

  /** Follows this world from now on. */
  follow(world: World): void {
    this.#stop();
    this.#stop = world.subscribe((commit) => this.#see(world, commit));
  }

  /** Throws the first rule that a commit has broken. */
  check(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  #see(world: World, { shard, changes }: Commit): void {
    const isAbout = changes.some(
      ({ table, account }) => table === GroupInstances.name && account === groupsAccount,
    );
    if (!isAbout) return;
    const view = world.view(shard, groupsAccount);
    for (const group of view.list(AutoScalingGroups)) {
      const key = `${shard} ${group.id}`;
      const before = this.#serving.get(key) ?? new Set();
      const members = membersOf(view, group);
      const now = new Set(members.filter(servesWell).map(({ id }) => id));
      this.#serving.set(key, now);
      if (now.size > 0 || before.size === 0 || group.status === 'deleting') continue;
      // Those that failed their checks could not be kept; one that is healthy and goes was let go.
      const letGo = members.find(
        (one) => before.has(one.id) && one.isHealthy && one.state.startsWith('Terminating'),
      );
      if (letGo === undefined) continue;
      this.#broken ??= new Broken(
        `the group in ${shard} lets ${letGo.id} go, its last healthy one`,
      );
    }
  }
}

/** Once everything has been mended for long enough: as many as desired, all well, spread evenly over the zones. */
export const checkGroupsConverged = (run: Run, { homes }: GroupRun): void => {
  for (const home of homes) {
    const view = run.simulated.world.view(home.region, home.account);
    for (const group of view.list(AutoScalingGroups)) {
      const members = membersOf(view, group).filter((member) => fillsCapacity(member.state));
      const what = `the group in ${home.region}`;
      if (members.length !== group.desiredCapacity || !members.every(servesWell)) {
        const states = members.map((one) => `${one.state}${one.isHealthy ? '' : ' unhealthy'}`);
        throw new Broken(
          `${what} desires ${group.desiredCapacity} instances and has ${states.join(', ')}`,
        );
      }
      const counts = group.zoneIds.map(
        (zoneId) => members.filter((member) => member.zoneId === zoneId).length,
      );
      if (Math.max(...counts) - Math.min(...counts) > 1) {
        throw new Broken(`${what} is spread ${counts.join('/')} over its zones`);
      }
    }
  }
};

/** Deletes the groups and what they stand behind. */
export const deleteGroups = (run: Run, { homes }: GroupRun): void => {
  for (const home of homes) {
    for (const { id } of listOf(run, home, AutoScalingGroups)) {
      const answer = call(run, home, autoscaling, 'DeleteAutoScalingGroup', {
        AutoScalingGroupName: id,
        ForceDelete: true,
      });
      if (typeof answer !== 'object') throw new Broken(`the group ${id} cannot be deleted`);
    }
  }
};
