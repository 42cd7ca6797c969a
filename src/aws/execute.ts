import type { Region } from '../atlas/regions.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import { partitionShard, type AccountId, type ShardId } from '../world/entity.ts';
import type { Tx, View } from '../world/transaction.ts';
import type { Committed, World } from '../world/world.ts';
import { regionOptStatus } from './account/regions.ts';
import { rootCaller, type Caller } from './caller.ts';
import type { AnyOperation, Protocol, Service, ServiceAbout } from './operation.ts';
import { notOptedIn, refusedMember } from './refusals.ts';
import { once } from './shared/idempotency.ts';
import { whyUnknownRegion } from './shared/unknown-region.ts';

/** One call of an operation, with input that has been checked against AWS's model. */
export interface Call {
  readonly service: Service;
  readonly operation: string;
  readonly region: string;
  readonly account: AccountId;
  readonly input: Readonly<Record<string, unknown>>;
  /** Who calls; the root user of the account when it is not said. */
  readonly caller?: Caller;
}

/** Where the control plane of partition-wide services lives ("AWS Fault Isolation Boundaries", global services). */
const partitionHome = 'us-east-1';

/** The Region whose failure silences a call. */
export const homeRegion = (call: {
  readonly service: Pick<ServiceAbout, 'shard'>;
  readonly region: string;
}): string => (call.service.shard === 'partition' ? partitionHome : call.region);

const readsPartition = (call: Pick<Call, 'service' | 'operation'>): boolean =>
  call.service.partitionReads?.includes(call.operation) === true;

/** The shard that holds the state that a call works on. */
const shardOf = (call: Pick<Call, 'service' | 'operation' | 'region'>): ShardId =>
  call.service.shard === 'partition' || readsPartition(call) ? partitionShard : call.region;

/** Whether the call is answered at all: a Region in disaster is silent. */
export const isAnswered = (world: World, call: Call): boolean =>
  world.conditions.apiAnswers(homeRegion(call), call.service.name);

/** A service that has no endpoint in a Region: at AWS the host's name does not resolve, here the answer says so. */
const noEndpoint = (service: Service, region: string, regions: readonly string[]): DomainError => {
  const there =
    regions.length === 0
      ? 'No Region of this world has one.'
      : `It has one in ${regions.join(', ')}.`;
  return new DomainError(
    'UnknownEndpoint',
    `${service.title} has no endpoint in '${region}': at AWS the name of that host does not resolve. ${there}`,
  );
};

/** The refusal of an account that has not enabled the Region. */
const refusedOptIn = (
  partition: View,
  region: Region,
  protocol: Protocol,
): DomainError | undefined => {
  if (!region.optIn) return undefined;
  const status = regionOptStatus(partition, region.code);
  return status === 'ENABLED' || status === 'ENABLED_BY_DEFAULT' ? undefined : notOptedIn(protocol);
};

const mayUse = (partition: View, call: Call): DomainError | undefined => {
  const region = partition.geography.region(call.region);
  // Clients ask partition-wide services there, also in a world that has no such Region.
  const isPartitionHome = call.service.shard === 'partition' && call.region === partitionHome;
  if (region === undefined && isPartitionHome) return undefined;
  if (region === undefined) {
    return new DomainError('InvalidRegion', whyUnknownRegion(partition.geography, call.region));
  }
  const endpoints = call.service.onlyIn?.(partition.geography);
  if (endpoints?.includes(call.region) === false) {
    return noEndpoint(call.service, call.region, endpoints);
  }
  return refusedOptIn(partition, region, call.service.protocol);
};

/**
 * The refusal of a Region that there is not or that the account has not enabled, for a service that is not ours. Nobody says
 * here which of those are partition-wide and asked in us-east-1 alone, so that one is never refused for not being there.
 */
export const refusedRegion = (
  partition: View,
  code: string,
  protocol: Protocol,
): DomainError | undefined => {
  const region = partition.geography.region(code);
  if (region !== undefined) return refusedOptIn(partition, region, protocol);
  return code === partitionHome
    ? undefined
    : new DomainError('InvalidRegion', whyUnknownRegion(partition.geography, code));
};

/** EC2's answer to a request with DryRun that would have been granted. */
const dryRun = (): DomainError =>
  new DomainError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');

const runOperation = (tx: Tx, call: Call, operation: AnyOperation): unknown => {
  if (!readsPartition(call)) call.service.prepare?.(tx);
  // The wire has parsed and checked the input by the model of this very operation.
  const run = (): unknown =>
    operation(tx, call.input as never, call.caller ?? rootCaller(call.account));
  const { ClientToken: token } = call.input;
  return typeof token === 'string' && token !== ''
    ? once(tx, call.operation, token, call.input, run, call.service.tokenReused)
    : run();
};

/**
 * Runs a call in the transaction of its shard: refusals by Region, DryRun and idempotency tokens are handled
 * here, once, for all operations.
 */
export const execute = (world: World, call: Call): Committed<unknown> => {
  const operation = call.service.operations[call.operation];
  if (operation === undefined) throw new Error(`${call.service.name} has no ${call.operation}.`);
  const refusal =
    mayUse(world.view(partitionShard, call.account), call) ??
    refusedMember(call.service, call.operation, call.input);
  if (refusal !== undefined) return { output: refusal, durable: Promise.resolve() };
  const isDryRun = call.input['DryRun'] === true;
  const committed = world.transact(
    shardOf(call),
    call.account,
    (tx) => runOperation(tx, call, operation),
    (output) => !isDryRun && !isDomainError(output),
  );
  if (!isDryRun || isDomainError(committed.output)) return committed;
  return { output: dryRun(), durable: committed.durable };
};
