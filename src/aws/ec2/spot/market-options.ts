import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { invalidParameterCombination, invalidParameterValue, notBuilt } from '../errors.ts';
import { instanceTypeFacts } from '../instances/instance-type-facts.ts';
import type { InterruptionBehavior, SpotTerms } from './entities.ts';
import { priceText, spotPrice } from './spot-prices.ts';

type MarketOptions = NonNullable<Plain<RunInstancesRequest>['InstanceMarketOptions']>;

/** "It must be more than USD $0.001" (SpotMarketOptions, Amazon EC2 API Reference). */
const leastPrice = 0.001;

/** Checks a price that is the most to be paid; null when none is named. */
export const readMaxPrice = (text: string | undefined): string | null | DomainError => {
  if (text === undefined || text === '') return null;
  return /^\d{1,6}(\.\d{1,10})?$/.test(text) && Number(text) >= leastPrice
    ? text
    : invalidParameterValue(
        `Invalid value '${text}' for spotPrice. It must be a number of US dollars of at least ${leastPrice}.`,
      );
};

/** Checks what is to become of an instance that is taken back. */
export const readBehavior = (asked: string | undefined): InterruptionBehavior | DomainError => {
  const behavior = asked ?? 'terminate';
  if (behavior === 'terminate' || behavior === 'stop') return behavior;
  return notBuilt(`the interruption behavior '${behavior}' of Spot Instances`);
};

/** A persistent request alone gets its instance back, so it alone can have it stopped instead of terminated. */
export const checkBehavior = (
  type: SpotTerms['type'],
  behavior: InterruptionBehavior,
): DomainError | undefined =>
  behavior === 'stop' && type !== 'persistent'
    ? invalidParameterCombination(
        "The instance interruption behavior 'stop' is supported for persistent Spot Instance requests only.",
      )
    : undefined;

const termsOf = (options: MarketOptions['SpotOptions'] = {}): SpotTerms | DomainError => {
  const { BlockDurationMinutes, SpotInstanceType: type = 'one-time', ValidUntil } = options;
  if (BlockDurationMinutes !== undefined) {
    return notBuilt('Spot Instances with a defined duration, which AWS has retired');
  }
  const maxPrice = readMaxPrice(options.MaxPrice);
  if (isDomainError(maxPrice)) return maxPrice;
  const interruptionBehavior = readBehavior(options.InstanceInterruptionBehavior);
  if (isDomainError(interruptionBehavior)) return interruptionBehavior;
  const refusal = checkBehavior(type, interruptionBehavior);
  if (refusal !== undefined) return refusal;
  if (type === 'persistent' && interruptionBehavior === 'terminate') {
    // SpotMarketOptions, Amazon EC2 API Reference.
    return invalidParameterCombination(
      "For RunInstances, persistent Spot Instance requests are only supported when the instance interruption behavior is 'hibernate' or 'stop'.",
    );
  }
  if (ValidUntil !== undefined && type !== 'persistent') {
    return invalidParameterCombination('ValidUntil is supported for persistent requests only.');
  }
  return { type, maxPrice, interruptionBehavior, validFrom: null, validUntil: ValidUntil ?? null };
};

/** Reads InstanceMarketOptions of a launch: the terms of a Spot Instance; null for one on demand. */
export const readMarketOptions = (
  asked: MarketOptions | undefined,
): SpotTerms | null | DomainError => {
  if (asked === undefined) return null;
  switch (asked.MarketType) {
    case 'spot':
      return termsOf(asked.SpotOptions);
    case 'on-demand':
      return null;
    case undefined:
      return asked.SpotOptions === undefined
        ? null
        : invalidParameterCombination('SpotOptions requires the market type spot.');
    default:
      return notBuilt(`the market type '${asked.MarketType}'`);
  }
};

/** Whether there are Spot Instances of a type. */
export const checkSpotType = (type: string): DomainError | undefined =>
  instanceTypeFacts(type)?.SupportedUsageClasses?.includes('spot') === true
    ? undefined
    : new DomainError(
        'Unsupported',
        `The requested configuration is currently not supported: the instance type ${type} is not available as a Spot Instance.`,
      );

/** Whether a request pays enough for a type in one of these zones; undefined when it does, or nobody knows the price. */
export const priceObjection = (
  view: View,
  instanceType: string,
  maxPrice: string | null,
  zoneIds: readonly string[],
): DomainError | undefined => {
  if (maxPrice === null) return undefined;
  const prices = zoneIds.flatMap(
    (zoneId) => spotPrice(view.shard, zoneId, instanceType, view.now) ?? [],
  );
  const least = Math.min(...prices);
  return prices.length === 0 || Number(maxPrice) >= least
    ? undefined
    : new DomainError(
        'SpotMaxPriceTooLow',
        `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${priceText(least)}.`,
      );
};
