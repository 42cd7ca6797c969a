import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { addTags } from '../../shared/tags.ts';
import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { Plain } from '../../operation.ts';
import { Instances, type Instance } from '../instances/instance-entities.ts';
import { launchInstances } from '../instances/instances.ts';
import { SpotInterruptions } from '../spot/entities.ts';
import {
  nextPool,
  orderPools,
  spreadOf,
  usualStrategy,
  type AllocationStrategy,
  type Pool,
} from './allocation.ts';
import {
  FleetMembers,
  type Fleet,
  type FleetError,
  type FleetMember,
  type Lifecycle,
} from './entities.ts';
import { noteEvent } from './history.ts';
import { launchOf, poolsOf } from './pools.ts';

/** Instances of one fleet that one look at it launches at most: the next look goes on. */
const mostLaunches = 1000;

/** What a fleet launched and could not launch. */
export interface Filling {
  readonly launched: readonly { readonly member: FleetMember; readonly instance: Instance }[];
  readonly errors: readonly FleetError[];
}

/** Whether a member counts for the target: not one that EC2 will take, where the fleet replaces such beforehand. */
const counts = (view: View, fleet: Fleet, member: FleetMember): boolean =>
  fleet.spotOptions?.MaintenanceStrategies?.CapacityRebalance === undefined ||
  view.get(SpotInterruptions, member.id) === undefined;

/** The units of a kind that a fleet has. */
export const fulfilledUnits = (view: View, fleet: Fleet, lifecycle: Lifecycle): number =>
  view
    .find(FleetMembers, 'fleet', fleet.id)
    .filter((member) => member.lifecycle === lifecycle && counts(view, fleet, member))
    .reduce((sum, { weight }) => sum + weight, 0);

/** The units of a kind that a fleet is to have. */
export const targetUnits = ({ target }: Fleet, lifecycle: Lifecycle): number =>
  lifecycle === 'spot' ? target.spot : target.onDemand;

const strategyOf = (fleet: Fleet, lifecycle: Lifecycle): AllocationStrategy => {
  const options = lifecycle === 'spot' ? fleet.spotOptions : fleet.onDemandOptions;
  return options?.AllocationStrategy ?? usualStrategy[lifecycle];
};

type TagSpecifications = Plain<RunInstancesRequest>['TagSpecifications'];

const launchMember = (
  tx: Tx,
  fleet: Fleet,
  pool: Pool,
  lifecycle: Lifecycle,
  tags: TagSpecifications,
): Filling['launched'][number] | DomainError => {
  const launched = launchInstances(tx, {
    ...launchOf(fleet, pool, lifecycle),
    TagSpecifications: tags,
  });
  if (isDomainError(launched)) return launched;
  const [instance] = launched.instances;
  if (instance === undefined)
    throw new Error(`${fleet.id} launched an instance that is not there.`);
  const { configIndex, overrideIndex, weight } = pool;
  const member: FleetMember = {
    id: instance.id,
    fleetId: fleet.id,
    lifecycle,
    weight,
    instanceType: instance.instanceType,
    configIndex,
    overrideIndex,
  };
  tx.put(FleetMembers, member);
  noteEvent(tx, fleet.id, {
    type: 'instance-change',
    subType: 'launched',
    description: JSON.stringify({ instanceType: instance.instanceType, lifecycle }),
    instanceId: instance.id,
  });
  return (
    addTags(tx, instance.id, 'instance', [{ Key: 'aws:ec2:fleet-id', Value: fleet.id }]) ?? {
      member,
      instance,
    }
  );
};

/** Launches what a fleet lacks of one kind: by its strategy, and by other pools where one has nothing. */
const fillKind = (
  tx: Tx,
  fleet: Fleet,
  lifecycle: Lifecycle,
  tags: TagSpecifications,
): Filling | DomainError => {
  let missing = targetUnits(fleet, lifecycle) - fulfilledUnits(tx, fleet, lifecycle);
  if (missing <= 0) return { launched: [], errors: [] };
  const pools = poolsOf(tx, fleet, lifecycle);
  if (isDomainError(pools)) return pools;
  const strategy = strategyOf(fleet, lifecycle);
  const spread = spreadOf(strategy, fleet.spotOptions?.InstancePoolsToUseCount, pools.length);
  const units = new Map<Pool, number>();
  const launched: Filling['launched'][number][] = [];
  const errors: FleetError[] = [];
  let ordered = orderPools(pools, strategy);
  while (missing > 0 && launched.length < mostLaunches) {
    const pool = nextPool(ordered, spread, (one) => units.get(one) ?? 0);
    if (pool === undefined) break;
    const made = launchMember(tx, fleet, pool, lifecycle, tags);
    if (isDomainError(made)) {
      const { code, message } = made;
      const { configIndex, overrideIndex } = pool;
      errors.push({ configIndex, overrideIndex, lifecycle, code, message });
      ordered = ordered.filter((other) => other !== pool);
    } else {
      launched.push(made);
      missing -= pool.weight;
      units.set(pool, (units.get(pool) ?? 0) + pool.weight);
    }
  }
  return { launched, errors };
};

/** Launches what a fleet lacks, on demand first. Error: of what its templates name and is not there. */
export const fillFleet = (
  tx: Tx,
  fleet: Fleet,
  tags?: TagSpecifications,
): Filling | DomainError => {
  const onDemand = fillKind(tx, fleet, 'on-demand', tags);
  if (isDomainError(onDemand)) return onDemand;
  const spot = fillKind(tx, fleet, 'spot', tags);
  if (isDomainError(spot)) return spot;
  return {
    launched: [...onDemand.launched, ...spot.launched],
    errors: [...onDemand.errors, ...spot.errors],
  };
};

/** The instances of a fleet that have not ended. */
export const instancesOf = (view: View, fleetId: string): readonly Instance[] =>
  view
    .find(FleetMembers, 'fleet', fleetId)
    .flatMap(({ id }) => view.get(Instances, id) ?? [])
    .filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
