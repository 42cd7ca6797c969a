import type {
  ChangeResourceRecordSetsRequest,
  ChangeResourceRecordSetsResponse,
  ListResourceRecordSetsRequest,
  ListResourceRecordSetsResponse,
  ResourceRecordSet as RecordSetOutput,
} from '@aws-sdk/client-route-53';
import type { DomainError } from '../../world/domain-error.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import type { RequestedChange } from './change-batch.ts';
import { applyBatch } from './change-batch.ts';
import { submitChange } from './changes.ts';
import type { HostedZone, ResourceRecordSet } from './entities.ts';
import { HealthChecks, ResourceRecordSets } from './entities.ts';
import { invalidChangeBatch, invalidInput, noSuchHealthCheck } from './errors.ts';
import { hostedZoneOf } from './hosted-zones.ts';
import { apiName, BadName, parseName, sortKey } from './names.ts';
import { parseMaxItems, partFrom } from './paging.ts';
import { Objection, parseRecordSet } from './parse-record-set.ts';

/** Limits of one ChangeResourceRecordSets request; an UPSERT counts twice ("Amazon Route 53 quotas"). */
const limits = { records: 1000, valueCharacters: 32_000 } as const;

const mostPerPage = 300;

type ChangesInput = NonNullable<Plain<ChangeResourceRecordSetsRequest>['ChangeBatch']>['Changes'];

const limitObjection = (changes: ChangesInput): string | undefined => {
  let records = 0;
  let characters = 0;
  for (const change of changes ?? []) {
    const times = change.Action === 'UPSERT' ? 2 : 1;
    for (const record of change.ResourceRecordSet?.ResourceRecords ?? []) {
      records += times;
      characters += times * (record.Value?.length ?? 0);
    }
  }
  if (records > limits.records) return `Number of records limit of ${limits.records} exceeded.`;
  return characters > limits.valueCharacters
    ? `RDATA character limit of ${limits.valueCharacters} exceeded.`
    : undefined;
};

const readChanges = (
  zone: HostedZone,
  changes: ChangesInput,
): readonly RequestedChange[] | DomainError => {
  const requested: RequestedChange[] = [];
  const messages: string[] = [];
  for (const change of changes ?? []) {
    const set = parseRecordSet(zone, change);
    if (isDomainError(set)) return set;
    if (set instanceof Objection) messages.push(...set.messages);
    else requested.push({ action: change.Action ?? 'UPSERT', set });
  }
  return messages.length > 0 ? invalidChangeBatch(messages) : requested;
};

/** Health checks that the batch names and nobody has made. */
const missingHealthCheck = (tx: Tx, changes: readonly RequestedChange[]): string | undefined =>
  changes.find(
    ({ action, set }) =>
      action !== 'DELETE' &&
      set.healthCheckId !== undefined &&
      tx.get(HealthChecks, set.healthCheckId) === undefined,
  )?.set.healthCheckId;

/** ChangeResourceRecordSets: all changes of the batch or none. */
export const changeResourceRecordSets: Operation<
  ChangeResourceRecordSetsRequest,
  ChangeResourceRecordSetsResponse
> = (tx, input) => {
  const zone = hostedZoneOf(tx, input.HostedZoneId);
  if (isDomainError(zone)) return zone;
  const tooMany = limitObjection(input.ChangeBatch?.Changes);
  if (tooMany !== undefined) return invalidChangeBatch([tooMany]);
  const changes = readChanges(zone, input.ChangeBatch?.Changes);
  if (isDomainError(changes)) return changes;
  const missing = missingHealthCheck(tx, changes);
  if (missing !== undefined) return noSuchHealthCheck(missing);
  const result = applyBatch(zone, tx.find(ResourceRecordSets, 'hostedZone', zone.id), changes);
  if ('objections' in result) return invalidChangeBatch(result.objections);
  for (const set of result.deletes) tx.delete(ResourceRecordSets, set.id);
  for (const set of result.puts) tx.put(ResourceRecordSets, set);
  return { ChangeInfo: submitChange(tx, input.ChangeBatch?.Comment) };
};

const describe = (set: ResourceRecordSet): Plain<RecordSetOutput> => ({
  Name: apiName(set.name),
  Type: set.type,
  ...(set.setIdentifier === undefined ? {} : { SetIdentifier: set.setIdentifier }),
  ...(set.failover === undefined ? {} : { Failover: set.failover }),
  ...(set.alias === undefined
    ? { TTL: set.ttlSeconds, ResourceRecords: set.values.map((Value) => ({ Value })) }
    : {
        AliasTarget: {
          HostedZoneId: set.alias.hostedZoneId,
          DNSName: apiName(set.alias.dnsName),
          EvaluateTargetHealth: set.alias.evaluateTargetHealth,
        },
      }),
  ...(set.healthCheckId === undefined ? {} : { HealthCheckId: set.healthCheckId }),
});

const compareText = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

interface Position {
  readonly key: string;
  readonly type: string;
  readonly identifier: string;
}

const comparePositions = (left: Position, right: Position): number =>
  compareText(left.key, right.key) ||
  compareText(left.type, right.type) ||
  compareText(left.identifier, right.identifier);

const startOf = (input: Plain<ListResourceRecordSetsRequest>): Position | DomainError => {
  const { StartRecordName: name, StartRecordType: type, StartRecordIdentifier: identifier } = input;
  if (type !== undefined && name === undefined) {
    return invalidInput('StartRecordType can only be given together with StartRecordName.');
  }
  if (identifier !== undefined && type === undefined) {
    return invalidInput(
      'StartRecordIdentifier can only be given together with StartRecordName and StartRecordType.',
    );
  }
  const parsed = name === undefined ? undefined : parseName(name);
  if (parsed instanceof BadName) return invalidInput(parsed.reason);
  return {
    key: parsed === undefined ? '' : sortKey(parsed),
    type: type ?? '',
    identifier: identifier ?? '',
  };
};

/** ListResourceRecordSets, by reversed labels, then type, then set identifier. */
export const listResourceRecordSets: Operation<
  ListResourceRecordSetsRequest,
  ListResourceRecordSetsResponse
> = (tx, input) => {
  const zone = hostedZoneOf(tx, input.HostedZoneId);
  if (isDomainError(zone)) return zone;
  const maxItems = parseMaxItems(input.MaxItems, mostPerPage);
  if (isDomainError(maxItems)) return maxItems;
  const start = startOf(input);
  if (isDomainError(start)) return start;
  const sets = tx
    .find(ResourceRecordSets, 'hostedZone', zone.id)
    .map((set) => ({
      set,
      key: sortKey(set.name),
      type: set.type,
      identifier: set.setIdentifier ?? '',
    }))
    .filter((position) => comparePositions(position, start) >= 0)
    .toSorted(comparePositions);
  const { items, next } = partFrom(sets, 0, maxItems);
  return {
    ResourceRecordSets: items.map(({ set }) => describe(set)),
    IsTruncated: next !== undefined,
    ...(next === undefined
      ? {}
      : {
          NextRecordName: apiName(next.set.name),
          NextRecordType: next.set.type,
          ...(next.set.setIdentifier === undefined
            ? {}
            : { NextRecordIdentifier: next.set.setIdentifier }),
        }),
    MaxItems: maxItems,
  };
};
