import type { World } from '../../world/world.ts';
import { callRoute53, createZone, openRoute53 } from './test-calls.ts';

/** A record set as a request carries it. */
export interface SetInput {
  readonly Name: string;
  readonly Type?: string;
  readonly [member: string]: unknown;
}

/** A change as a request carries it. */
export interface ChangeInput {
  readonly Action: string;
  readonly ResourceRecordSet: SetInput;
}

/** An A record set. */
export const a = (
  Name: string,
  values: readonly string[] = ['192.0.2.1'],
  more: object = {},
): SetInput => ({
  Name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value })),
  ...more,
});
/** A record set of any type. */
export const record = (Type: string, Name: string, ...values: readonly string[]): SetInput =>
  a(Name, values, { Type });
/** An alias of type A that evaluates its target. */
export const alias = (
  Name: string,
  DNSName: string,
  HostedZoneId: string,
  more: object = {},
): SetInput => ({
  Name,
  Type: 'A',
  AliasTarget: { DNSName, HostedZoneId, EvaluateTargetHealth: true },
  ...more,
});
/** The members of a failover record set. */
export const failover = (Failover: string, SetIdentifier: string, more: object = {}) => ({
  Failover,
  SetIdentifier,
  ...more,
});
/** Creates a record set. */
export const create = (set: SetInput): ChangeInput => ({
  Action: 'CREATE',
  ResourceRecordSet: set,
});
/** Creates or replaces a record set. */
export const upsert = (set: SetInput): ChangeInput => ({
  Action: 'UPSERT',
  ResourceRecordSet: set,
});
/** Deletes a record set. */
export const remove = (set: SetInput): ChangeInput => ({
  Action: 'DELETE',
  ResourceRecordSet: set,
});

/** Calls ChangeResourceRecordSets. */
export const change = (world: World, zone: string, ...Changes: readonly ChangeInput[]) =>
  callRoute53(world, 'ChangeResourceRecordSets', { HostedZoneId: zone, ChangeBatch: { Changes } });

/** Calls ListResourceRecordSets. */
export const list = (world: World, zone: string, more: object = {}) =>
  callRoute53(world, 'ListResourceRecordSets', { HostedZoneId: zone, ...more });

/** Name, type and set identifier of each listed record set. */
export const names = (listed: {
  ResourceRecordSets: readonly { Name: string; Type: string; SetIdentifier?: string }[];
}) =>
  listed.ResourceRecordSets.map((set) => [set.Name, set.Type, set.SetIdentifier].join(' ').trim());

/** A world with the zone example.com. */
export const open = async () => {
  const { world, clock } = await openRoute53();
  return { world, clock, zone: createZone(world, 'example.com') };
};

/** A load balancer's name. */
export const balancer = 'web-1.us-east-1.elb.amazonaws.com';
/** The hosted zone of load balancers' names in us-east-1. */
export const balancerZone = 'Z35SXDOTRQ7X7K';
