import type { Geography } from '../../atlas/geography.ts';
import { defineTable, type Entity } from '../../world/entity.ts';
import type { View } from '../../world/transaction.ts';

/** A quota that an account may ask AWS to raise: its service enforces it, and Service Quotas tells of it. */
export interface Quota {
  /** As Service Quotas names the service, for example `vpc`. */
  readonly service: string;
  /** For example `L-F678F1CE`. */
  readonly code: string;
  readonly name: string;
  /** What an account has that has not asked for more; where the world says it, by its geography. */
  readonly value: number | ((geography: Geography) => number);
  /** Whether it is one for all Regions; it is asked for in us-east-1. */
  readonly isGlobal?: true;
}

/** A quota that was raised. Its id is `service/code`. */
export interface RaisedQuota extends Entity {
  readonly value: number;
}

/** In the shard of the Region where it was asked for. */
export const RaisedQuotas = defineTable<RaisedQuota>('raised-quotas');

/** Where global quotas are asked for ("Service Quotas User Guide", viewing quotas). */
export const globalQuotasRegion = 'us-east-1';

export const quotaId = ({ service, code }: Pick<Quota, 'service' | 'code'>): string =>
  `${service}/${code}`;

/** What a quota was raised to; undefined when it never was. */
export const raisedTo = (view: View, quota: Quota): number | undefined => {
  const region = quota.isGlobal === true ? globalQuotasRegion : view.shard;
  const there = region === view.shard ? view : view.elsewhere(region);
  return there?.get(RaisedQuotas, quotaId(quota))?.value;
};

/** What a quota is where nobody has raised it. */
export const usualValue = (geography: Geography, { value }: Quota): number =>
  typeof value === 'number' ? value : value(geography);

/** What a quota of the account is now. */
export const quotaValue = (view: View, quota: Quota): number =>
  raisedTo(view, quota) ?? usualValue(view.geography, quota);

/** Quotas of one service by the names that its code has for them. */
export const quotasOf = <Name extends string>(
  service: string,
  values: Readonly<Record<NoInfer<Name>, number>>,
  named: Readonly<Record<Name, readonly [code: string, name: string]>>,
): Readonly<Record<Name, Quota>> =>
  // The names are those of the table.
  Object.fromEntries(
    Object.entries<readonly [string, string]>(named).map(([key, [code, name]]) => [
      key,
      { service, code, name, value: values[key as Name] },
    ]),
  ) as Record<Name, Quota>;
