import type {
  CreateFleetRequest,
  CreateFleetResult,
  DeleteFleetsRequest,
  DeleteFleetsResult,
  DescribeFleetHistoryRequest,
  DescribeFleetHistoryResult,
  DescribeFleetInstancesRequest,
  DescribeFleetInstancesResult,
  DescribeFleetsRequest,
  DescribeFleetsResult,
  ModifyFleetRequest,
  ModifyFleetResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { paginate } from '../../shared/pagination.ts';
import { addTags, tagsForType } from '../../shared/tags.ts';
import { filteredPage } from '../describe.ts';
import { missingParameter } from '../errors.ts';
import { Instances } from '../instances/instance-entities.ts';
import { FleetEvents, FleetMembers, Fleets, type Fleet } from './entities.ts';
import { fleetAnswer, fleetFields, instantAnswer } from './fleet-answer.ts';
import { leaveFleet, putState, scheduleFleet, terminateFleet } from './fleet-life.ts';
import { changedFleet, readFleet } from './fleet-request.ts';
import { fillFleet } from './fill.ts';

/** Fleets have ids of the form of a UUID. */
const newFleetId = (tx: Tx): string => {
  const hex = tx.random('ids/fleet').hex(32);
  return `fleet-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`;
};

const fleetById = (view: View, id: string | undefined): Fleet | DomainError => {
  if (id === undefined || id === '') return missingParameter('FleetId');
  const fleet = view.get(Fleets, id);
  if (fleet !== undefined) return fleet;
  return /^fleet-[0-9a-f-]{36}$/.test(id)
    ? new DomainError('InvalidFleetId.NotFound', `The fleet ID '${id}' does not exist`)
    : new DomainError('InvalidFleetId.Malformed', `The fleet ID '${id}' is malformed`);
};

/** What an instant fleet may tag at its launch; the others' instances are tagged by their templates. */
const instantTaggable = ['fleet', 'instance', 'volume', 'network-interface'];

type Tags = Plain<CreateFleetRequest>['TagSpecifications'];

const launchTags = (tags: Tags): Tags =>
  (tags ?? []).filter(({ ResourceType: type }) => type !== 'fleet');

const launchInstant = (
  tx: Tx,
  fleet: Fleet,
  tags: Tags,
): Pick<Plain<CreateFleetResult>, 'Errors' | 'Instances'> | DomainError => {
  const filling = fillFleet(tx, fleet, launchTags(tags));
  if (isDomainError(filling)) return filling;
  const active = putState(
    tx,
    { ...fleet, errors: filling.errors, wasFulfilled: filling.errors.length === 0 },
    'active',
  );
  return instantAnswer(
    tx,
    active,
    filling.launched.map(({ member }) => member),
  );
};

/** CreateFleet: an instant one launches before it answers; the others are looked at a moment later. */
export const createFleet: Operation<CreateFleetRequest, CreateFleetResult> = (tx, input) => {
  const read = readFleet(tx, input);
  if (isDomainError(read)) return read;
  const taggable = read.type === 'instant' ? instantTaggable : ['fleet'];
  const tags = tagsForType(input.TagSpecifications, 'fleet', taggable);
  if (isDomainError(tags)) return tags;
  const fleet = putState(
    tx,
    { ...read, id: newFleetId(tx), createdAt: tx.now, state: 'submitted' },
    'submitted',
  );
  const refusal = addTags(tx, fleet.id, 'fleet', tags);
  if (refusal !== undefined) return refusal;
  if (fleet.type === 'instant') {
    const launched = launchInstant(tx, fleet, input.TagSpecifications);
    return isDomainError(launched) ? launched : { FleetId: fleet.id, ...launched };
  }
  scheduleFleet(tx, fleet.id);
  return { FleetId: fleet.id };
};

const fleetsByIds = (view: View, ids: readonly string[]): readonly Fleet[] | DomainError => {
  const found: Fleet[] = [];
  for (const id of new Set(ids)) {
    const fleet = fleetById(view, id);
    if (isDomainError(fleet)) return fleet;
    found.push(fleet);
  }
  return found;
};

/** DescribeFleets: instant ones only by their ids (DescribeFleets, Amazon EC2 API Reference). */
export const describeFleets: Operation<DescribeFleetsRequest, DescribeFleetsResult> = (
  tx,
  input,
) => {
  const { FleetIds: ids = [] } = input;
  const fleets =
    ids.length > 0
      ? fleetsByIds(tx, ids)
      : tx.list(Fleets).filter(({ type }) => type !== 'instant');
  if (isDomainError(fleets)) return fleets;
  const page = filteredPage(tx, fleets, input, fleetFields(tx));
  if (isDomainError(page)) return page;
  return {
    Fleets: page.items.map((fleet) => fleetAnswer(tx, fleet)),
    NextToken: page.nextToken,
  };
};

/** DescribeFleetInstances: those that run. */
export const describeFleetInstances: Operation<
  DescribeFleetInstancesRequest,
  DescribeFleetInstancesResult
> = (tx, input) => {
  const fleet = fleetById(tx, input.FleetId);
  if (isDomainError(fleet)) return fleet;
  if (fleet.type === 'instant') {
    return new DomainError(
      'Unsupported',
      'DescribeFleetInstances is not supported for fleets of type instant. Use DescribeFleets with the fleet ID.',
    );
  }
  const members = tx.find(FleetMembers, 'fleet', fleet.id);
  const page = filteredPage(tx, members, input, { 'instance-type': (it) => it.instanceType });
  if (isDomainError(page)) return page;
  return {
    FleetId: fleet.id,
    NextToken: page.nextToken,
    ActiveInstances: page.items.map(({ id, instanceType }) => {
      const instance = tx.get(Instances, id);
      const isImpaired = instance?.impairment !== undefined && instance.impairment?.until === null;
      return {
        InstanceId: id,
        InstanceType: instanceType,
        SpotInstanceRequestId: instance?.spotRequestId,
        InstanceHealth: isImpaired ? 'unhealthy' : 'healthy',
      };
    }),
  };
};

const mostPerPage = 1000;

/** DescribeFleetHistory: what happened since a time, the oldest first. */
export const describeFleetHistory: Operation<
  DescribeFleetHistoryRequest,
  DescribeFleetHistoryResult
> = (tx, input) => {
  const fleet = fleetById(tx, input.FleetId);
  if (isDomainError(fleet)) return fleet;
  const { StartTime: since = 0, EventType: type } = input;
  const events = tx
    .find(FleetEvents, 'fleet', fleet.id)
    .filter((event) => event.at >= since && (type === undefined || event.type === type));
  const page = paginate(
    events,
    {
      token: input.NextToken,
      maxResults: Math.min(input.MaxResults || mostPerPage, mostPerPage),
    },
    ({ id }) => id,
  );
  if (isDomainError(page)) return page;
  return {
    FleetId: fleet.id,
    StartTime: since,
    LastEvaluatedTime: tx.now,
    NextToken: page.nextToken,
    HistoryRecords: page.items.map((event) => ({
      EventType: event.type,
      Timestamp: event.at,
      EventInformation: {
        EventSubType: event.subType,
        EventDescription: event.description,
        InstanceId: event.instanceId ?? undefined,
      },
    })),
  };
};

/** ModifyFleet: of one that maintains its capacity; it comes to what is asked a moment later. */
export const modifyFleet: Operation<ModifyFleetRequest, ModifyFleetResult> = (tx, input) => {
  const fleet = fleetById(tx, input.FleetId);
  if (isDomainError(fleet)) return fleet;
  const changed = changedFleet(tx, fleet, input);
  if (isDomainError(changed)) return changed;
  tx.put(Fleets, changed);
  scheduleFleet(tx, fleet.id);
  return { Return: true };
};

type Failure = NonNullable<Plain<DeleteFleetsResult>['UnsuccessfulFleetDeletions']>[number];

const deletionFailure = (id: string, error: DomainError): Failure => ({
  FleetId: id,
  Error: {
    Code: error.code === 'InvalidFleetId.Malformed' ? 'fleetIdMalformed' : 'fleetIdDoesNotExist',
    Message: error.message,
  },
});

/** DeleteFleets: each for itself, with its instances or without them; an instant fleet goes with its instances alone. */
export const deleteFleets: Operation<DeleteFleetsRequest, DeleteFleetsResult> = (tx, input) => {
  const { FleetIds: ids = [], TerminateInstances: terminates } = input;
  if (terminates === undefined) return missingParameter('TerminateInstances');
  const fleets = ids.map((id) => ({ id, fleet: fleetById(tx, id) }));
  const hasInstant = fleets.some(({ fleet }) => !isDomainError(fleet) && fleet.type === 'instant');
  if (hasInstant && !terminates) {
    return new DomainError(
      'NoTerminateInstancesNotSupported',
      'NoTerminateInstances option is not supported for instant fleet',
    );
  }
  type Success = NonNullable<Plain<DeleteFleetsResult>['SuccessfulFleetDeletions']>[number];
  const done: Success[] = [];
  const refused: Failure[] = [];
  for (const { id, fleet } of fleets) {
    if (isDomainError(fleet)) refused.push(deletionFailure(id, fleet));
    else if (fleet.state === 'deleted' || fleet.state === 'deleted_terminating') {
      refused.push({
        FleetId: id,
        Error: {
          Code: 'fleetNotInDeletableState',
          Message: `The fleet '${id}' is ${fleet.state}.`,
        },
      });
    } else {
      if (terminates) terminateFleet(tx, fleet);
      else leaveFleet(tx, fleet);
      done.push({
        FleetId: id,
        PreviousFleetState: fleet.state,
        CurrentFleetState: terminates ? 'deleted_terminating' : 'deleted_running',
      });
    }
  }
  return { SuccessfulFleetDeletions: done, UnsuccessfulFleetDeletions: refused };
};
