import type { HostedZone, ResourceRecordSet } from './entities.ts';
import { apiName } from './names.ts';

/** One change, its record set read and well-formed. */
export interface RequestedChange {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT';
  readonly set: ResourceRecordSet;
}

/** What a batch comes to: what to put and delete, or why none of it is done. */
export type BatchResult =
  | { readonly puts: readonly ResourceRecordSet[]; readonly deletes: readonly ResourceRecordSet[] }
  | { readonly objections: readonly string[] };

const named = (set: ResourceRecordSet): string =>
  `[name='${apiName(set.name)}', type='${set.type}'` +
  (set.setIdentifier === undefined ? ']' : `, set-identifier='${set.setIdentifier}']`);

const sameValues = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((value) => right.includes(value));

const sameSet = (left: ResourceRecordSet, right: ResourceRecordSet): boolean =>
  left.ttlSeconds === right.ttlSeconds &&
  left.failover === right.failover &&
  left.healthCheckId === right.healthCheckId &&
  sameValues(left.values, right.values) &&
  left.alias?.hostedZoneId === right.alias?.hostedZoneId &&
  left.alias?.dnsName === right.alias?.dnsName &&
  left.alias?.evaluateTargetHealth === right.alias?.evaluateTargetHealth;

/** The record sets of a zone while a batch is played through. */
class Draft {
  readonly zone: HostedZone;
  private readonly byName = new Map<string, ResourceRecordSet[]>();

  constructor(zone: HostedZone, current: readonly ResourceRecordSet[]) {
    this.zone = zone;
    for (const set of current) this.put(set);
  }

  at(name: string): readonly ResourceRecordSet[] {
    return this.byName.get(name) ?? [];
  }

  get(set: ResourceRecordSet): ResourceRecordSet | undefined {
    return this.at(set.name).find((other) => other.id === set.id);
  }

  put(set: ResourceRecordSet): void {
    const others = this.at(set.name).filter((other) => other.id !== set.id);
    this.byName.set(set.name, [...others, set]);
  }

  delete(set: ResourceRecordSet): void {
    this.byName.set(
      set.name,
      this.at(set.name).filter((other) => other.id !== set.id),
    );
  }
}

const cnameObjection = (draft: Draft, set: ResourceRecordSet): string | undefined => {
  const name = apiName(set.name);
  const zone = apiName(draft.zone.name);
  if (set.type === 'CNAME' && set.name === draft.zone.name) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone}`;
  }
  const others = draft.at(set.name);
  if (set.type === 'CNAME' && others.some((other) => other.type !== 'CNAME')) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone}`;
  }
  if (set.type !== 'CNAME' && others.some((other) => other.type === 'CNAME')) {
    return `RRSet of type ${set.type} with DNS name ${name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone}`;
  }
  return undefined;
};

const routingObjection = (draft: Draft, set: ResourceRecordSet): string | undefined => {
  const others = draft
    .at(set.name)
    .filter((other) => other.type === set.type && other.id !== set.id);
  const named = `RRSet with DNS name ${apiName(set.name)}, type ${set.type}`;
  if (set.failover === undefined) {
    return others.length === 0
      ? undefined
      : `${named} cannot be created as other RRSets exist with the same name and type.`;
  }
  const identified = `${named}, SetIdentifier ${set.setIdentifier}`;
  if (others.some((other) => other.failover === undefined)) {
    return `${identified} cannot be created as a non-failover RRSet exists with the same name and type.`;
  }
  return others.some((other) => other.failover === set.failover)
    ? `${identified} cannot be created as a failover ${set.failover} RRSet with the same name and type already exists.`
    : undefined;
};

const put = (draft: Draft, set: ResourceRecordSet): string | undefined => {
  const objection = cnameObjection(draft, set) ?? routingObjection(draft, set);
  if (objection === undefined) draft.put(set);
  return objection;
};

const remove = (draft: Draft, set: ResourceRecordSet): string | undefined => {
  const existing = draft.get(set);
  const tried = `Tried to delete resource record set ${named(set)}`;
  if (existing === undefined) return `${tried} but it was not found`;
  if (!sameSet(existing, set))
    return `${tried} but the values provided do not match the current values`;
  draft.delete(existing);
  return undefined;
};

const play = (draft: Draft, { action, set }: RequestedChange): string | undefined => {
  switch (action) {
    case 'DELETE':
      return remove(draft, set);
    case 'UPSERT':
      return put(draft, set);
    case 'CREATE':
      return draft.get(set) === undefined
        ? put(draft, set)
        : `Tried to create resource record set ${named(set)} but it already exists`;
  }
};

/** A record set may be changed once in a batch, or be deleted and then made anew. */
const repetitions = (changes: readonly RequestedChange[]): readonly string[] => {
  const last = new Map<string, RequestedChange['action'] | 'done'>();
  const messages = new Set<string>();
  for (const { action, set } of changes) {
    const before = last.get(set.id);
    const allowed = before === undefined || (before === 'DELETE' && action !== 'DELETE');
    if (!allowed) {
      messages.add(
        `The request contains an invalid set of changes for a resource record set '${set.type} ${apiName(set.name)}'`,
      );
    }
    last.set(set.id, before === undefined ? action : 'done');
  }
  return [...messages];
};

const apexObjections = (draft: Draft): readonly string[] => {
  const apex = draft.at(draft.zone.name);
  const has = (type: string): boolean => apex.some((set) => set.type === type);
  return [
    ...(has('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.']),
    ...(has('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.']),
  ];
};

/** An alias to a record of the zone needs that record, as the zone is after the batch. */
const aliasObjections = (draft: Draft, puts: readonly ResourceRecordSet[]): readonly string[] =>
  puts.flatMap(({ alias, type }) => {
    if (alias === undefined || alias.hostedZoneId !== draft.zone.id) return [];
    if (draft.at(alias.dnsName).some((set) => set.type === type)) return [];
    return [
      `Tried to create an alias that targets ${apiName(alias.dnsName)}, type ${type} in zone ${alias.hostedZoneId}, but that target was not found`,
    ];
  });

/**
 * Plays a batch of changes through a zone, in order. All of them are made or none is; the objections name each
 * change that cannot be ("Tried to create resource record set ... but it already exists" and the like are
 * AWS's words).
 */
export const applyBatch = (
  zone: HostedZone,
  current: readonly ResourceRecordSet[],
  changes: readonly RequestedChange[],
): BatchResult => {
  const repeated = repetitions(changes);
  if (repeated.length > 0) return { objections: repeated };
  const draft = new Draft(zone, current);
  const objections: string[] = [];
  for (const change of changes) {
    const objection = play(draft, change);
    if (objection !== undefined) objections.push(objection);
  }
  if (objections.length > 0) return { objections };
  const touched = changes.map(({ set }) => draft.get(set) ?? set);
  const puts = [...new Set(touched.filter((set) => draft.get(set) !== undefined))];
  const final = [...apexObjections(draft), ...aliasObjections(draft, puts)];
  if (final.length > 0) return { objections: final };
  return { puts, deletes: current.filter((set) => draft.get(set) === undefined) };
};
