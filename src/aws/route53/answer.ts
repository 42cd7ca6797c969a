import { aliasedAwsName, awsNameOf, type AwsNameKind } from './aws-names.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord, RecordType } from './dns-records.ts';
import type { AliasTarget, ResourceRecordSet } from './entities.ts';
import { isWithin, parentOf } from './names.ts';
import type { ServedZone, SetsByType } from './served-zone.ts';

/** What a load balancer's or an instance's name stands for. */
export interface HostAddresses {
  /** IPv4 and IPv6 addresses, in the order they are to be given. */
  readonly addresses: readonly string[];
  /** World time. */
  readonly ttlSeconds: number;
  /** For a load balancer: whether an alias that evaluates target health counts it as healthy. */
  readonly healthy: boolean;
}

/** All that an answer depends on. */
export interface AnswerContext {
  /** The hosted zone with the longest name that holds the name. */
  readonly zoneOf: (name: string) => ServedZone | undefined;
  /** The status of a health check, inverted and disabled taken into account. */
  readonly healthy: (healthCheckId: string) => boolean;
  /** What a name of a family of AWS's own leads to, lower case with a final dot; undefined when there is no such thing. */
  readonly awsName: (kind: AwsNameKind, name: string) => HostAddresses | undefined;
}

/** How far a chain of CNAMEs or aliases is followed; a loop ends here. */
const longestChain = 8;

/** Times of the negative answers of AWS's own names. */
const awsNegativeTtlSeconds = 60;

/** What one name gave, before following a CNAME. */
interface Outcome {
  readonly code: 'noerror' | 'nxdomain';
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  /** Where a CNAME leads. */
  readonly next?: string;
  /** Another zone's servers are named instead of an answer. */
  readonly referral?: boolean;
  /** The addresses of the name servers of a referral, as far as they are known here. */
  readonly glue?: readonly DnsRecord[];
}

type QuestionType = DnsQuestion['type'];

const addressRecords = (
  name: string,
  type: QuestionType,
  host: HostAddresses,
): readonly DnsRecord[] =>
  host.addresses.flatMap((address): readonly DnsRecord[] => {
    const family = address.includes(':') ? 'AAAA' : 'A';
    if (type !== family && type !== 'ANY') return [];
    return [{ name, ttlSeconds: host.ttlSeconds, data: { type: family, address } }];
  });

/** The SOA record of a zone of AWS's own names, which also ends its negative answers. */
const awsAuthority = (apex: string): readonly DnsRecord[] => [
  {
    name: apex,
    ttlSeconds: awsNegativeTtlSeconds,
    data: {
      type: 'SOA',
      primary: 'ns-1.awsdns-00.com.',
      mailbox: 'awsdns-hostmaster.amazon.com.',
      serial: 1,
      refreshSeconds: 7200,
      retrySeconds: 900,
      expireSeconds: 1_209_600,
      minimumSeconds: awsNegativeTtlSeconds,
    },
  },
];

const answerAwsName = (
  name: string,
  type: QuestionType,
  host: HostAddresses | undefined,
): Outcome => {
  const authority = awsAuthority(parentOf(name));
  if (host === undefined) return { code: 'nxdomain', answers: [], authority };
  const answers = addressRecords(name, type, host);
  return { code: 'noerror', answers, authority: answers.length > 0 ? [] : authority };
};

/** It exists, for there are names below it (RFC 8020): only its own SOA record is there. */
const answerAwsApex = (name: string, type: QuestionType): Outcome => {
  const authority = awsAuthority(name);
  return type === 'SOA' || type === 'ANY'
    ? { code: 'noerror', answers: authority, authority: [] }
    : { code: 'noerror', answers: [], authority };
};

/** The record sets of a name, or of the wildcard that stands for it (RFC 4592); `exists` when the name does without any. */
const findSets = (
  zone: ServedZone,
  name: string,
): { readonly sets: SetsByType | undefined; readonly exists: boolean } => {
  const own = zone.sets.get(name);
  if (own !== undefined || zone.names.has(name)) return { sets: own, exists: true };
  let encloser = parentOf(name);
  while (!zone.names.has(encloser)) encloser = parentOf(encloser);
  const wildcard = zone.sets.get(encloser === '.' ? '*.' : `*.${encloser}`);
  return { sets: wildcard, exists: wildcard !== undefined };
};

const aliasedSets = (
  zone: ServedZone,
  alias: AliasTarget,
  type: RecordType,
): readonly ResourceRecordSet[] => {
  if (!isWithin(alias.dnsName, zone.name)) return [];
  return findSets(zone, alias.dnsName).sets?.get(type) ?? [];
};

/**
 * An alias that evaluates its target's health is healthy when a load balancer is, or when one record of the
 * group it points to is ("How Amazon Route 53 determines the status of ... ", AliasTarget EvaluateTargetHealth).
 */
const isTargetHealthy = (
  zone: ServedZone,
  alias: AliasTarget,
  type: RecordType,
  context: AnswerContext,
  depth: number,
): boolean => {
  const aliased = aliasedAwsName(alias.dnsName);
  if (aliased !== undefined) return context.awsName(aliased.kind, aliased.name)?.healthy ?? false;
  if (depth >= longestChain) return false;
  return aliasedSets(zone, alias, type).some((set) => isSetHealthy(zone, set, context, depth + 1));
};

/** A record without a health check and without an alias that evaluates its target is always healthy. */
const isSetHealthy = (
  zone: ServedZone,
  set: ResourceRecordSet,
  context: AnswerContext,
  depth = 0,
): boolean => {
  if (set.healthCheckId !== undefined && !context.healthy(set.healthCheckId)) return false;
  if (set.alias === undefined || !set.alias.evaluateTargetHealth) return true;
  return isTargetHealthy(zone, set.alias, set.type, context, depth);
};

/**
 * Chooses among the record sets of one name and type. Failover: the primary when it is healthy, else the
 * secondary when that is, else the primary again ("Active-active and active-passive failover" and the Failover
 * element of ResourceRecordSet: with the secondary unhealthy, the primary is given whatever its health). A
 * single record is given whatever its health: there is nothing better ("How Amazon Route 53 averts cascading
 * failures").
 */
const chooseSet = (
  zone: ServedZone,
  sets: readonly ResourceRecordSet[],
  context: AnswerContext,
): ResourceRecordSet | undefined => {
  const primary = sets.find((set) => set.failover === 'PRIMARY');
  const secondary = sets.find((set) => set.failover === 'SECONDARY');
  if (primary === undefined || secondary === undefined) return sets[0];
  if (isSetHealthy(zone, primary, context)) return primary;
  return isSetHealthy(zone, secondary, context) ? secondary : primary;
};

const recordsOf = (
  zone: ServedZone,
  owner: string,
  sets: readonly ResourceRecordSet[],
  context: AnswerContext,
  depth = 0,
): readonly DnsRecord[] => {
  const set = chooseSet(zone, sets, context);
  if (set === undefined || depth > longestChain) return [];
  const { alias } = set;
  if (alias === undefined) {
    return set.data.map((data) => ({ name: owner, ttlSeconds: set.ttlSeconds ?? 0, data }));
  }
  // An alias has the TTL of what it points to, and that one's own choice is made anew.
  const aliased = aliasedAwsName(alias.dnsName);
  if (aliased !== undefined) {
    const host = context.awsName(aliased.kind, aliased.name);
    return host === undefined ? [] : addressRecords(owner, set.type, host);
  }
  return recordsOf(zone, owner, aliasedSets(zone, alias, set.type), context, depth + 1);
};

/**
 * The addresses that the zone holds of name servers which a referral names: without those below the cut nobody could
 * follow it (RFC 1034 section 4.3.2, RFC 9471 section 2).
 */
const glueFor = (
  zone: ServedZone,
  servers: readonly DnsRecord[],
  context: AnswerContext,
): readonly DnsRecord[] =>
  servers.flatMap(({ data }) => {
    const sets = data.type === 'NS' ? zone.sets.get(data.target) : undefined;
    if (data.type !== 'NS' || sets === undefined) return [];
    return (['A', 'AAAA'] as const).flatMap((type) =>
      recordsOf(zone, data.target, sets.get(type) ?? [], context),
    );
  });

/** The records of the first zone cut at or above the name, if any: there our authority ends. */
const referralFor = (
  zone: ServedZone,
  name: string,
  context: AnswerContext,
): Outcome | undefined => {
  if (zone.cuts.size === 0) return undefined;
  let cut: string | undefined;
  for (
    let ancestor = name;
    ancestor !== zone.name && ancestor !== '.';
    ancestor = parentOf(ancestor)
  ) {
    if (zone.cuts.has(ancestor)) cut = ancestor;
  }
  const servers = cut === undefined ? undefined : zone.sets.get(cut)?.get('NS');
  if (cut === undefined || servers === undefined) return undefined;
  const authority = recordsOf(zone, cut, servers, context);
  return {
    code: 'noerror',
    answers: [],
    authority,
    referral: true,
    glue: glueFor(zone, authority, context),
  };
};

const answerInZone = (
  zone: ServedZone,
  name: string,
  type: QuestionType,
  context: AnswerContext,
): Outcome => {
  const referral = referralFor(zone, name, context);
  if (referral !== undefined) return referral;
  const { sets, exists } = findSets(zone, name);
  if (!exists) return { code: 'nxdomain', answers: [], authority: zone.negative };
  const empty: Outcome = { code: 'noerror', answers: [], authority: zone.negative };
  if (sets === undefined) return empty;
  if (type === 'ANY') {
    const answers = [...sets.values()].flatMap((group) => recordsOf(zone, name, group, context));
    return answers.length > 0 ? { code: 'noerror', answers, authority: [] } : empty;
  }
  const group = typeof type === 'number' ? undefined : sets.get(type);
  if (group !== undefined) {
    const answers = recordsOf(zone, name, group, context);
    return answers.length > 0 ? { code: 'noerror', answers, authority: [] } : empty;
  }
  const canonical = recordsOf(zone, name, sets.get('CNAME') ?? [], context);
  const target = canonical[0]?.data;
  if (target?.type !== 'CNAME') return empty;
  return { code: 'noerror', answers: canonical, authority: [], next: target.target };
};

const answerName = (
  name: string,
  type: QuestionType,
  context: AnswerContext,
): Outcome | undefined => {
  const awsName = awsNameOf(name);
  if (awsName?.kind === 'apex') return answerAwsApex(name, type);
  if (awsName !== undefined) {
    return answerAwsName(name, type, context.awsName(awsName.kind, awsName.name));
  }
  const zone = context.zoneOf(name);
  return zone === undefined ? undefined : answerInZone(zone, name, type, context);
};

const refused: DnsAnswer = {
  code: 'refused',
  authoritative: false,
  answers: [],
  authority: [],
  additional: [],
};

/**
 * Answers a question from the hosted zones and from AWS's own names, as Route 53's name servers do: the longest
 * zone, wildcards, empty non-terminals, CNAMEs followed while they stay in this world, simple and failover
 * routing, aliases, and SOA records with negative answers. `refused` for a name that is nobody's here.
 */
export const answer = (question: DnsQuestion, context: AnswerContext): DnsAnswer => {
  const answers: DnsRecord[] = [];
  const seen = new Set<string>();
  let name = question.name;
  for (;;) {
    const outcome = answerName(name, question.type, context);
    // A chain that leaves this world ends with its last CNAME: the client asks on elsewhere.
    if (outcome === undefined && seen.size === 0) return refused;
    seen.add(name);
    answers.push(...(outcome?.answers ?? []));
    const next = outcome?.next;
    if (next === undefined || seen.has(next) || seen.size > longestChain) {
      return {
        // RFC 6604: the code is that of the last name of a chain.
        code: outcome?.code ?? 'noerror',
        authoritative: seen.size > 1 || outcome?.referral !== true,
        answers,
        authority: outcome?.authority ?? [],
        additional: outcome?.glue ?? [],
      };
    }
    name = next;
  }
};
