import { type DomainError } from '../../../world/domain-error.ts';
import { defineTable, type Entity } from '../../../world/entity.ts';
import type { View } from '../../../world/transaction.ts';
import { invalidParameterValue } from '../errors.ts';
import type { Instance } from './instance-entities.ts';
import { instanceTypeFacts } from './instance-type-facts.ts';

/** The two ways in which a burstable instance pays for its bursts. */
export type Credits = NonNullable<Instance['cpuCredits']>;

/** What an account says of new instances of a burstable family, by the family. */
interface CreditDefault extends Entity {
  readonly cpuCredits: Credits;
}

export const CreditDefaults = defineTable<CreditDefault>('ec2-cpu-credit-defaults');

/** T2 instances are `standard` and all later T types `unlimited` unless the account says otherwise (User Guide). */
export const defaultCreditsOf = (view: View, family: string): Credits =>
  view.get(CreditDefaults, family)?.cpuCredits ?? (family === 't2' ? 'standard' : 'unlimited');

/** A way that was asked for. Error: InvalidParameterValue. */
export const asCredits = (asked: string, parameter: string): Credits | DomainError =>
  asked === 'standard' || asked === 'unlimited'
    ? asked
    : invalidParameterValue(
        `Value (${asked}) for parameter ${parameter} is invalid. Valid values are: standard, unlimited.`,
      );

const isBurstable = (type: string): boolean =>
  instanceTypeFacts(type)?.BurstablePerformanceSupported === true;

/** The CPU credits of a new instance; null for one that is not burstable. */
export const creditsOf = (
  view: View,
  type: string,
  asked: string | undefined,
): Instance['cpuCredits'] | DomainError => {
  // A specification for another type is accepted and does nothing, as at AWS.
  if (!isBurstable(type)) return null;
  return asked === undefined
    ? defaultCreditsOf(view, type.slice(0, type.indexOf('.')))
    : asCredits(asked, 'CreditSpecification.CpuCredits');
};
