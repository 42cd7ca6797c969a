import type {
  DescribeInstancesRequest,
  DescribeInstancesResult,
  InstanceStateChange,
  RebootInstancesRequest,
  Reservation,
  RunInstancesRequest,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags } from '../../shared/tags.ts';
import { filteredPage } from '../describe.ts';
import { launchZonesFor } from '../capacity/launch-zones.ts';
import { startRefusal } from '../capacity/start-plan.ts';
import { Subnets, type Subnet } from '../entities.ts';
import {
  checkIdForm,
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { instanceAnswer, stateAnswer } from './instance-answer.ts';
import { Instances, type Instance, type InstanceStateName } from './instance-entities.ts';
import { instanceFilterFields } from './instance-filters.ts';
import {
  beginStart,
  beginStop,
  beginTermination,
  userShutdown,
  type ShutdownRequest,
} from './instance-lifecycle.ts';
import { optionsOf } from './instance-options.ts';
import { noteLaunch } from '../images/launch-image.ts';
import { launchInstance } from '../launch/launch-instance.ts';
import {
  spreadStartRefusal,
  subnetsForGroup,
  zonesForGroup,
} from '../placement-groups/asked-placement.ts';
import { planLaunch } from '../launch/launch-plan.ts';
import { readLaunchRequest, type LaunchRequest } from '../launch/launch-request.ts';
import { tagWithTemplate, withLaunchTemplate } from '../launch-templates/launch-from-template.ts';
import type { SpotRequest } from '../spot/entities.ts';
import { checkSpotType, priceObjection } from '../spot/market-options.ts';
import { addRequest, fulfil } from '../spot/request-states.ts';
import { spotStartObjection, spotStopObjection } from '../spot/power.ts';
import { hasRootVolume } from '../storage/volume-life.ts';
import { availableAddressCount } from '../network/subnet-addresses.ts';
import { launchableByQuota, startOverQuota } from '../launch/vcpu-quotas.ts';

/** Where the instances of a launch go. */
const chooseSubnet = (
  tx: Tx,
  request: LaunchRequest,
): { readonly subnet: Subnet; readonly count: number } | DomainError => {
  const { network, placement } = request;
  const subnets = subnetsForGroup(tx, placement, network.subnets);
  if (isDomainError(subnets)) return subnets;
  const zones = launchZonesFor(tx, request.spot === null ? 'on-demand' : 'spot');
  const plan = planLaunch({
    instanceType: request.instanceType,
    minCount: request.minCount,
    maxCount: request.maxCount,
    zoneIsAsked: network.zoneIsAsked,
    subnets: subnets.map((subnet) => ({
      subnetId: subnet.id,
      zoneId: subnet.zoneId,
      // Counted when it is looked at: most requests look at one subnet only.
      get freeAddresses() {
        return availableAddressCount(tx, subnet);
      },
    })),
    zones: zonesForGroup(tx, placement, zones(request.instanceType)),
    draw: tx.random('ec2/launch-zones').uint32(),
  });
  if (isDomainError(plan)) return plan;
  const subnet = tx.get(Subnets, plan.subnetId);
  if (subnet === undefined) throw new Error(`${plan.subnetId} was there a moment ago.`);
  return { subnet, count: plan.count };
};

/** Checks a launch without launching, with what its launch template says. Errors as RunInstances. */
export const checkLaunch = (
  view: View,
  input: Plain<RunInstancesRequest>,
): LaunchRequest | DomainError => {
  const completed = withLaunchTemplate(view, input);
  return isDomainError(completed) ? completed : readLaunchRequest(view, completed.request);
};

/** Instances that were launched together. */
export interface LaunchedInstances {
  readonly reservationId: string;
  readonly instances: readonly Instance[];
}

/** What a launch of Spot Instances must hold to beside what every launch does. */
const spotObjection = (view: View, request: LaunchRequest): DomainError | undefined =>
  request.spot === null
    ? undefined
    : (checkSpotType(request.instanceType) ??
      priceObjection(
        view,
        request.instanceType,
        request.spot.maxPrice,
        request.network.subnets.map(({ zoneId }) => zoneId),
      ));

/** The request for a Spot Instance that one more instance of a launch fulfils; undefined for one on demand. */
const spotRequestFor = (
  tx: Tx,
  input: Plain<RunInstancesRequest>,
  { spot, tags }: LaunchRequest,
): SpotRequest | undefined | DomainError => {
  if (spot === null) return undefined;
  const request = addRequest(tx, spot, input);
  return addTags(tx, request.id, 'spot-instances-request', tags.spotRequest) ?? request;
};

/** What is to be launched: the request completed by its template and checked, and how many of it there can be. */
const completeLaunch = (
  tx: Tx,
  input: Plain<RunInstancesRequest>,
  standing: SpotRequest | undefined,
) => {
  const completed = withLaunchTemplate(tx, input);
  if (isDomainError(completed)) return completed;
  const read = readLaunchRequest(tx, completed.request);
  if (isDomainError(read)) return read;
  const asked: LaunchRequest = standing === undefined ? read : { ...read, spot: standing };
  const objection = spotObjection(tx, asked);
  if (objection !== undefined) return objection;
  const maxCount = launchableByQuota(tx, asked);
  if (isDomainError(maxCount)) return maxCount;
  const request: LaunchRequest = { ...asked, maxCount };
  return { request, version: completed.version };
};

/**
 * Launches as RunInstances does, for whoever is in the same transaction. A launch of one instance that is refused has
 * changed nothing. With a standing request for a Spot Instance it is that one's instance.
 */
export const launchInstances = (
  tx: Tx,
  input: Plain<RunInstancesRequest>,
  standing?: SpotRequest,
): LaunchedInstances | DomainError => {
  const launch = completeLaunch(tx, input, standing);
  if (isDomainError(launch)) return launch;
  const { request, version } = launch;
  const chosen = chooseSubnet(tx, request);
  if (isDomainError(chosen)) return chosen;
  const reservationId = newResourceId(tx, 'r');
  const launched: Instance[] = [];
  for (let launchIndex = 0; launchIndex < chosen.count; launchIndex++) {
    const spotRequest = standing ?? spotRequestFor(tx, input, request);
    if (isDomainError(spotRequest)) return spotRequest;
    const instance = launchInstance(tx, request, {
      subnet: chosen.subnet,
      reservationId,
      launchIndex,
      spotRequestId: spotRequest?.id,
    });
    if (isDomainError(instance)) return instance;
    if (spotRequest !== undefined) fulfil(tx, spotRequest, instance);
    const untagged = tagWithTemplate(tx, instance.id, version);
    if (untagged !== undefined) return untagged;
    launched.push(instance);
  }
  noteLaunch(tx, request.image);
  return { reservationId, instances: launched };
};

/** RunInstances: all of the instances that are asked for, or none. */
export const runInstances: Operation<RunInstancesRequest, Reservation> = (tx, input) => {
  const launched = launchInstances(tx, input);
  if (isDomainError(launched)) return launched;
  return {
    ReservationId: launched.reservationId,
    OwnerId: tx.account,
    Groups: [],
    Instances: launched.instances.map((instance) => instanceAnswer(tx, instance)),
  };
};

const instancesNotFound = (ids: readonly string[]): DomainError =>
  new DomainError(
    'InvalidInstanceID.NotFound',
    ids.length === 1
      ? `The instance ID '${ids.join()}' does not exist`
      : `The instance IDs '${ids.join(', ')}' do not exist`,
  );

/** The instances with these ids, each once, in the order of the request. All of them must exist. */
export const instancesByIds = (
  view: View,
  ids: readonly string[],
): readonly Instance[] | DomainError => {
  for (const id of ids) {
    const malformed = checkIdForm(kinds.instance, id);
    if (malformed !== undefined) return malformed;
  }
  const unique = [...new Set(ids)];
  const found = unique.flatMap((id) => view.get(Instances, id) ?? []);
  if (found.length === unique.length) return found;
  return instancesNotFound(unique.filter((id) => view.get(Instances, id) === undefined));
};

/** The instance with this id. */
export const instanceById = (view: View, id: string | undefined): Instance | DomainError => {
  if (id === undefined || id === '') return missingParameter('instanceId');
  const found = instancesByIds(view, [id]);
  if (isDomainError(found)) return found;
  return found[0] ?? instancesNotFound([id]);
};

const reservationsOf = (
  view: View,
  instances: readonly Instance[],
): readonly Plain<Reservation>[] =>
  [...Map.groupBy(instances, (instance) => instance.reservationId)].map(([id, members]) => ({
    ReservationId: id,
    OwnerId: view.account,
    Groups: [],
    Instances: members.map((instance) => instanceAnswer(view, instance)),
  }));

/** DescribeInstances: by reservations, the oldest first; terminated ones for about an hour. */
export const describeInstances: Operation<DescribeInstancesRequest, DescribeInstancesResult> = (
  tx,
  input,
) => {
  const ids = input.InstanceIds ?? [];
  if (ids.length > 0 && input.MaxResults !== undefined) {
    return invalidParameterCombination(
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const instances = ids.length > 0 ? instancesByIds(tx, ids) : tx.list(Instances);
  if (isDomainError(instances)) return instances;
  const page = filteredPage(tx, instances, input, instanceFilterFields(tx));
  if (isDomainError(page)) return page;
  return { Reservations: reservationsOf(tx, page.items), NextToken: page.nextToken };
};

const stateChange = (before: Instance, after: Instance): Plain<InstanceStateChange> => ({
  CurrentState: stateAnswer(after.state),
  InstanceId: after.id,
  PreviousState: stateAnswer(before.state),
});

const incorrectState = (instance: Instance, verb: string): DomainError =>
  new DomainError(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be ${verb}.`,
  );

const noRootVolume = (instance: Instance): DomainError =>
  invalidParameterValue(
    `Invalid value '${instance.id}' for instanceId. Instance does not have a volume attached at root (${instance.rootDeviceName})`,
  );

/** The first instance that a check objects to decides for all: state changes are for all or none. */
const firstObjection = (
  instances: readonly Instance[],
  check: (instance: Instance) => DomainError | undefined,
): DomainError | undefined => {
  for (const instance of instances) {
    const objection = check(instance);
    if (objection !== undefined) return objection;
  }
  return undefined;
};

const change = (
  instances: readonly Instance[],
  step: (instance: Instance) => Instance,
): readonly Plain<InstanceStateChange>[] =>
  instances.map((instance) => stateChange(instance, step(instance)));

const isIn = (instance: Instance, ...states: readonly InstanceStateName[]): boolean =>
  states.includes(instance.state);

/** StartInstances: one that runs already stays as it is. */
export const startInstances: Operation<StartInstancesRequest, StartInstancesResult> = (
  tx,
  input,
) => {
  if (input.AdditionalInfo !== undefined) {
    return notBuilt('the parameter AdditionalInfo of StartInstances');
  }
  const instances = instancesByIds(tx, input.InstanceIds ?? []);
  if (isDomainError(instances)) return instances;
  const stopped = instances.filter((instance) => isIn(instance, 'stopped'));
  const objection =
    firstObjection(instances, (instance) => {
      if (isIn(instance, 'pending', 'running')) return undefined;
      if (!isIn(instance, 'stopped')) return incorrectState(instance, 'started');
      if (!hasRootVolume(tx, instance)) return noRootVolume(instance);
      return spotStartObjection(tx, instance);
    }) ??
    startOverQuota(tx, stopped) ??
    spreadStartRefusal(tx, stopped) ??
    startRefusal(stopped, launchZonesFor(tx));
  if (objection !== undefined) return objection;
  return {
    StartingInstances: change(instances, (instance) =>
      isIn(instance, 'stopped') ? beginStart(tx, instance) : instance,
    ),
  };
};

/** What a stop or a termination says of how it is to happen. */
const shutdownRequest = (
  input: Pick<StopInstancesRequest, 'Force' | 'SkipOsShutdown'>,
): ShutdownRequest => ({
  ...userShutdown,
  forced: input.Force === true,
  skipsOsShutdown: input.SkipOsShutdown === true,
});

const stopObjection = (instance: Instance): DomainError | undefined => {
  if (isIn(instance, 'pending')) {
    return instance.bootNumber === 1
      ? new DomainError(
          'IncorrectInstanceState',
          `Instance '${instance.id}' cannot be stopped as it has never reached the 'running' state.`,
        )
      : incorrectState(instance, 'stopped');
  }
  if (isIn(instance, 'shutting-down', 'terminated')) return incorrectState(instance, 'stopped');
  return instance.disableApiStop && isIn(instance, 'running')
    ? new DomainError(
        'OperationNotPermitted',
        `The instance '${instance.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
      )
    : undefined;
};

const notHibernatable = (instance: Instance): DomainError | undefined =>
  optionsOf(instance).isHibernatable
    ? undefined
    : new DomainError(
        'UnsupportedHibernationConfiguration',
        `The instance '${instance.id}' is not enabled for hibernation.`,
      );

/** StopInstances: one that is stopped already stays as it is; Force hurries one that is stopping. */
export const stopInstances: Operation<StopInstancesRequest, StopInstancesResult> = (tx, input) => {
  const instances = instancesByIds(tx, input.InstanceIds ?? []);
  if (isDomainError(instances)) return instances;
  if (input.Hibernate === true) {
    return firstObjection(instances, notHibernatable) ?? notBuilt('the hibernation of an instance');
  }
  const request = shutdownRequest(input);
  const objection =
    firstObjection(instances, stopObjection) ??
    firstObjection(instances, (instance) => spotStopObjection(tx, instance));
  if (objection !== undefined) return objection;
  return {
    StoppingInstances: change(instances, (instance) =>
      isIn(instance, 'running') || (request.forced && isIn(instance, 'stopping'))
        ? beginStop(tx, instance, request)
        : instance,
    ),
  };
};

/** RebootInstances: the same machine with empty memory, a moment later; its state stays `running`. */
export const rebootInstances: Operation<RebootInstancesRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const instances = instancesByIds(tx, input.InstanceIds ?? []);
  if (isDomainError(instances)) return instances;
  const objection = firstObjection(instances, (instance) =>
    isIn(instance, 'running') ? undefined : incorrectState(instance, 'rebooted'),
  );
  if (objection !== undefined) return objection;
  for (const instance of instances) {
    tx.put(Instances, { ...instance, bootNumber: instance.bootNumber + 1 });
  }
  return {};
};

/** TerminateInstances: all or none; one that is gone already stays as it is. */
export const terminateInstances: Operation<TerminateInstancesRequest, TerminateInstancesResult> = (
  tx,
  input,
) => {
  const instances = instancesByIds(tx, input.InstanceIds ?? []);
  if (isDomainError(instances)) return instances;
  const objection = firstObjection(instances, (instance) =>
    instance.disableApiTermination && !isIn(instance, 'shutting-down', 'terminated')
      ? new DomainError(
          'OperationNotPermitted',
          `The instance '${instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
        )
      : undefined,
  );
  if (objection !== undefined) return objection;
  const request = shutdownRequest(input);
  return {
    TerminatingInstances: change(instances, (instance) =>
      isIn(instance, 'shutting-down', 'terminated')
        ? instance
        : beginTermination(tx, instance, request),
    ),
  };
};
