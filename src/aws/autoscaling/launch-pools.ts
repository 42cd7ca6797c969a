import { instancePrice } from '../../atlas/prices.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { launchZonesFor } from '../ec2/capacity/launch-zones.ts';
import { orderPools, type AllocationStrategy, type PoolFacts } from '../ec2/fleets/allocation.ts';
import { launchedImage } from '../ec2/images/launch-image.ts';
import { typesWith, type InstanceRequirements } from '../ec2/instances/instance-requirements.ts';
import { Instances } from '../ec2/instances/instance-entities.ts';
import { launchedVersion } from '../ec2/launch-templates/lookups.ts';
import { spotPrice } from '../ec2/spot/spot-prices.ts';
import {
  usualDistribution,
  type InstancesDistribution,
  type Lifecycle,
} from './decisions/instances-distribution.ts';
import type {
  LaunchChoice,
  LaunchOverride,
  TemplateReference,
} from './decisions/launch-choices.ts';
import type { AutoScalingGroup, GroupSettings, LaunchSource } from './entities.ts';
import { membersOf } from './group-members.ts';

type Mixed = Extract<LaunchSource, { kind: 'mixed' }>;

const asStrategy = <S extends string>(
  value: string | number | undefined,
  known: readonly S[],
  usual: S,
): S => known.find((one) => one === value) ?? usual;

/** How a mixed instances policy distributes; it is kept as it was given. */
export const distributionOf = ({ distribution: given }: Mixed): InstancesDistribution => {
  const { SpotMaxPrice: maxPrice = '' } = given;
  return {
    onDemandBase: Number(given['OnDemandBaseCapacity'] ?? usualDistribution.onDemandBase),
    onDemandPercentage: Number(
      given['OnDemandPercentageAboveBaseCapacity'] ?? usualDistribution.onDemandPercentage,
    ),
    onDemandStrategy: asStrategy(
      given['OnDemandAllocationStrategy'],
      ['prioritized', 'lowest-price'],
      usualDistribution.onDemandStrategy,
    ),
    spotStrategy: asStrategy(
      given['SpotAllocationStrategy'],
      [
        'lowest-price',
        'capacity-optimized',
        'capacity-optimized-prioritized',
        'price-capacity-optimized',
      ],
      usualDistribution.spotStrategy,
    ),
    spotPools: Number(given['SpotInstancePools'] ?? usualDistribution.spotPools),
    spotMaxPrice: maxPrice === '' ? null : String(maxPrice),
  };
};

/** Whether instances of a group count by weights. */
export const isWeighted = ({ launch }: Pick<GroupSettings, 'launch'>): boolean =>
  launch.kind === 'mixed' && launch.overrides.some(({ weight }) => weight !== undefined);

/** What an instance of a type counts in a group that did not launch it. */
export const weightOfType = (
  { launch }: Pick<GroupSettings, 'launch'>,
  instanceType: string,
): number =>
  launch.kind === 'mixed'
    ? (launch.overrides.find((override) => override.instanceType === instanceType)?.weight ?? 1)
    : 1;

/** How EC2 pays for an instance of a group. */
export const lifecycleOf = (view: View, instanceId: string): Lifecycle =>
  view.get(Instances, instanceId)?.spotRequestId === undefined ? 'on-demand' : 'spot';

/** The same as a group tells its launches apart: one without a policy launches all alike, as its template says. */
export const lifecycleInGroup = (
  view: View,
  group: Pick<GroupSettings, 'launch'>,
  instanceId: string,
): Lifecycle => (group.launch.kind === 'mixed' ? lifecycleOf(view, instanceId) : 'on-demand');

/** The types with the attributes that a template or an override asks for, for the image that it launches. */
const typesByAttributes = (
  view: View,
  template: TemplateReference,
  requirements: InstanceRequirements,
  imageId: string | undefined,
): readonly string[] => {
  const version = launchedVersion(view, {
    LaunchTemplateId: template.id,
    Version: template.version,
  });
  const named = imageId ?? (isDomainError(version) ? undefined : version.data.ImageId);
  const image = named === undefined ? undefined : launchedImage(view, named);
  const architectures = image === undefined || isDomainError(image) ? [] : [image.architecture];
  return typesWith(view, requirements, architectures);
};

/** The attributes that a template chooses its type by; undefined for one that names a type. */
const requirementsOf = (
  view: View,
  template: TemplateReference,
): InstanceRequirements | undefined => {
  const version = launchedVersion(view, {
    LaunchTemplateId: template.id,
    Version: template.version,
  });
  return isDomainError(version) ? undefined : version.data.InstanceRequirements;
};

/** The types that an override stands for; undefined stands for the template's own. */
export const typesOfOverride = (
  view: View,
  { template }: { readonly template: TemplateReference },
  override: LaunchOverride,
): readonly (string | undefined)[] => {
  if (override.instanceType !== undefined) return [override.instanceType];
  const from = override.template ?? template;
  const requirements = override.requirements ?? requirementsOf(view, from);
  return requirements === undefined
    ? [undefined]
    : typesByAttributes(view, from, requirements, override.imageId);
};

/** All ways in which a group may launch an instance: each override, and each type of one that names attributes. */
export const choicesOf = (
  view: View,
  { launch }: Pick<GroupSettings, 'launch'>,
): readonly LaunchChoice[] => {
  if (launch.kind === 'configuration') return [ownChoice];
  const overrides: readonly LaunchOverride[] =
    launch.kind === 'mixed' && launch.overrides.length > 0 ? launch.overrides : [{}];
  return overrides.flatMap((override, priority) =>
    typesOfOverride(view, launch, override).map((instanceType) => ({
      instanceType,
      imageId: override.imageId,
      template: override.template,
      priority,
      ...(override.weight === undefined ? {} : { weight: override.weight }),
    })),
  );
};

const ownChoice: LaunchChoice = {
  instanceType: undefined,
  imageId: undefined,
  template: undefined,
  priority: 0,
};

interface ChoicePool extends PoolFacts {
  readonly choice: LaunchChoice;
}

const priceOf = (tx: Tx, zoneId: string, type: string, lifecycle: Lifecycle): number | null =>
  lifecycle === 'spot'
    ? spotPrice(tx.shard, zoneId, type, tx.now)
    : (instancePrice(type, tx.shard)?.value ?? null);

/** Whether what a strategy looks at has to be found out: by the order of the overrides nothing has. */
const needsFacts = (strategy: AllocationStrategy): boolean => strategy !== 'prioritized';

const poolsOf = (
  tx: Tx,
  choices: readonly LaunchChoice[],
  zoneId: string,
  lifecycle: Lifecycle,
): readonly ChoicePool[] => {
  const zonesFor = launchZonesFor(tx, lifecycle);
  return choices.map((choice, order): ChoicePool => {
    const type = choice.instanceType ?? '';
    const zone = zonesFor(type).find((candidate) => candidate.zoneId === zoneId);
    return {
      choice,
      order,
      weight: choice.weight ?? 1,
      priority: choice.priority,
      price: priceOf(tx, zoneId, type, lifecycle),
      room: zone?.isOffered === true ? zone.room : 0,
    };
  });
};

/** The choices with the first few in turn: those come first of which the zone has the fewest Spot Instances. */
const spreadOver = (
  tx: Tx,
  groupName: string,
  zoneId: string,
  choices: readonly LaunchChoice[],
  count: number,
): readonly LaunchChoice[] => {
  const spots = membersOf(tx, groupName).filter(
    (member) => member.zoneId === zoneId && lifecycleOf(tx, member.id) === 'spot',
  );
  const used = ({ instanceType }: LaunchChoice): number =>
    spots.filter((member) => member.instanceType === instanceType).length;
  return [
    ...choices.slice(0, count).toSorted((a, b) => used(a) - used(b)),
    ...choices.slice(count),
  ];
};

/**
 * The ways to launch the next instance of a group in a zone, in the order in which they are tried: by the strategy for what is
 * to be launched ("Allocation strategies for multiple instance types", Auto Scaling User Guide). The next one is tried where the
 * one before has no capacity.
 */
export const orderedChoices = (
  tx: Tx,
  group: Pick<AutoScalingGroup, 'id' | 'launch'>,
  zoneId: string,
  lifecycle: Lifecycle,
): readonly LaunchChoice[] => {
  const choices = choicesOf(tx, group);
  const { launch } = group;
  if (launch.kind !== 'mixed') return choices;
  const distribution = distributionOf(launch);
  const isSpot = lifecycle === 'spot';
  const strategy = isSpot ? distribution.spotStrategy : distribution.onDemandStrategy;
  const ordered = needsFacts(strategy)
    ? orderPools(poolsOf(tx, choices, zoneId, lifecycle), strategy).map(({ choice }) => choice)
    : choices;
  const spread =
    isSpot && strategy === 'lowest-price'
      ? spreadOver(tx, group.id, zoneId, ordered, distribution.spotPools)
      : ordered;
  const { spotMaxPrice } = distribution;
  return spread.map((choice) => ({
    ...choice,
    lifecycle,
    ...(isSpot && spotMaxPrice !== null ? { maxPrice: spotMaxPrice } : {}),
  }));
};
