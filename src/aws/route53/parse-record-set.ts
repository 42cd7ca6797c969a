import type {
  Change as ChangeInput,
  ResourceRecordSet as RecordSetInput,
} from '@aws-sdk/client-route-53';
import type { DomainError } from '../../world/domain-error.ts';
import type { Plain } from '../operation.ts';
import { aliasedAwsName } from './aws-names.ts';
import type { RecordData, RecordType } from './dns-records.ts';
import type { AliasTarget, HostedZone, ResourceRecordSet } from './entities.ts';
import { invalidInput, notBuilt } from './errors.ts';
import { bareId } from './ids.ts';
import { apiName, BadName, isWithin, parseName } from './names.ts';
import { recordSetId } from './record-set-id.ts';
import { isBad, parseValue } from './record-values.ts';

/** What is wrong with one change, for the list of an InvalidChangeBatch. */
export class Objection {
  readonly messages: readonly string[];

  constructor(...messages: readonly string[]) {
    this.messages = messages;
  }
}

const servedTypes: readonly RecordType[] = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'MX',
  'NS',
  'PTR',
  'SOA',
  'SPF',
  'SRV',
  'TXT',
];

/** The API's own words for a type, or nothing when Faultline serves no such records. */
export const servedType = (type: string | undefined): RecordType | undefined =>
  servedTypes.find((served) => served === type);

const changeNamed = (change: Plain<ChangeInput>): string => {
  const set = change.ResourceRecordSet;
  return (
    `Change with [Action=${change.Action}, Name=${set?.Name}, Type=${set?.Type}, ` +
    `SetIdentifier=${set?.SetIdentifier ?? 'null'}]`
  );
};

const routingMembers = [
  'Weight',
  'Region',
  'GeoLocation',
  'MultiValueAnswer',
  'CidrRoutingConfig',
  'GeoProximityLocation',
] as const;

/** What the shape of a change breaks; AWS answers these as one InvalidInput before it looks at any zone. */
const checkShape = (
  change: Plain<ChangeInput>,
  set: Plain<RecordSetInput>,
): DomainError | undefined => {
  if (set.TrafficPolicyInstanceId !== undefined) return notBuilt('traffic policies');
  const routing = routingMembers.find(
    (member) => set[member] !== undefined && set[member] !== false,
  );
  if (routing !== undefined)
    return notBuilt(`routing by ${routing}: simple and failover routing are there`);
  if (servedType(set.Type) === undefined) {
    return notBuilt(`records of type ${set.Type}: ${servedTypes.join(', ')} are there`);
  }
  const hasValues = set.TTL !== undefined && (set.ResourceRecords?.length ?? 0) > 0;
  const hasParts = set.TTL !== undefined || (set.ResourceRecords?.length ?? 0) > 0;
  const kinds =
    'Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]';
  if (set.AliasTarget === undefined && !hasValues) {
    return invalidInput(`Invalid request: ${kinds}, but found none in ${changeNamed(change)}`);
  }
  if (set.AliasTarget !== undefined && hasParts) {
    return invalidInput(
      `Invalid request: ${kinds}, but found more than one in ${changeNamed(change)}`,
    );
  }
  if (set.Failover !== undefined && set.SetIdentifier === undefined) {
    return invalidInput(`Invalid request: Missing field 'SetIdentifier' in ${changeNamed(change)}`);
  }
  if (set.Failover === undefined && set.SetIdentifier !== undefined) {
    return invalidInput(
      'Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, ' +
        `GeoProximityLocation, or CidrRoutingConfig], but found none in ${changeNamed(change)}`,
    );
  }
  return undefined;
};

const parseValues = (
  type: RecordType,
  name: string,
  values: readonly string[],
): readonly RecordData[] | Objection => {
  const data: RecordData[] = [];
  const messages: string[] = [];
  for (const [index, value] of values.entries()) {
    const parsed = parseValue(type, value);
    if (isBad(parsed)) messages.push(`Invalid Resource Record: '${parsed.reason}'`);
    else if (values.indexOf(value) < index) messages.push(`Duplicate Resource Record: '${value}'`);
    else data.push(parsed);
  }
  if ((type === 'CNAME' || type === 'SOA') && values.length > 1) {
    messages.push(
      `RRSet of type ${type} with DNS name ${apiName(name)} may have no more than one value.`,
    );
  }
  return messages.length > 0 ? new Objection(...messages) : data;
};

/** Names of AWS services besides load balancers to which aliases may point on AWS. */
const parseAlias = (
  zone: HostedZone,
  type: RecordType,
  target: Plain<NonNullable<RecordSetInput['AliasTarget']>>,
): AliasTarget | Objection | DomainError => {
  const dnsName = parseName(target.DNSName ?? '');
  if (dnsName instanceof BadName) return new Objection(dnsName.reason);
  const alias: AliasTarget = {
    hostedZoneId: bareId(target.HostedZoneId ?? ''),
    dnsName,
    evaluateTargetHealth: target.EvaluateTargetHealth ?? false,
  };
  if (type === 'NS' || type === 'SOA') {
    return new Objection(`Alias resource record sets may not be of type ${type}.`);
  }
  const toBalancer = aliasedAwsName(dnsName) !== undefined;
  if (alias.hostedZoneId !== zone.id && !toBalancer && !isWithin(dnsName, zone.name)) {
    return notBuilt(
      `aliases to ${apiName(dnsName)}: aliases to load balancers and to records of the same hosted zone are there`,
    );
  }
  if (toBalancer ? alias.hostedZoneId === zone.id : alias.hostedZoneId !== zone.id) {
    return new Objection(
      `Tried to create an alias that targets ${apiName(dnsName)}, type ${type} in zone ${alias.hostedZoneId}, ` +
        'but the alias target name does not lie within the target zone',
    );
  }
  return alias;
};

/** Reads the record set of a change; refuses shapes that AWS refuses, and what is not built. */
export const parseRecordSet = (
  zone: HostedZone,
  change: Plain<ChangeInput>,
): ResourceRecordSet | Objection | DomainError => {
  const set = change.ResourceRecordSet;
  const type = servedType(set?.Type);
  const wrongShape = set === undefined ? undefined : checkShape(change, set);
  if (wrongShape !== undefined) return wrongShape;
  if (set === undefined || type === undefined)
    return invalidInput('Invalid request: a change without record set');
  const name = parseName(set.Name ?? '');
  if (name instanceof BadName) return new Objection(name.reason);
  if (!isWithin(name, zone.name) || (type === 'SOA' && name !== zone.name)) {
    return new Objection(
      `RRSet with DNS name ${apiName(name)} is not permitted in zone ${apiName(zone.name)}`,
    );
  }
  const values = (set.ResourceRecords ?? []).map((record) => record.Value ?? '');
  const data = parseValues(type, name, values);
  if (data instanceof Objection) return data;
  const alias = set.AliasTarget === undefined ? undefined : parseAlias(zone, type, set.AliasTarget);
  if (alias !== undefined && !('dnsName' in alias)) return alias;
  return {
    id: recordSetId(zone.id, name, type, set.SetIdentifier),
    hostedZoneId: zone.id,
    name,
    type,
    ...(set.SetIdentifier === undefined ? {} : { setIdentifier: set.SetIdentifier }),
    ...(set.Failover === undefined ? {} : { failover: set.Failover }),
    ...(set.HealthCheckId === undefined ? {} : { healthCheckId: set.HealthCheckId }),
    ...(set.TTL === undefined ? {} : { ttlSeconds: set.TTL }),
    values,
    data,
    ...(alias === undefined ? {} : { alias }),
  };
};
