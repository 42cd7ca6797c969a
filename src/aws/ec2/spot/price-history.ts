import type {
  DescribeSpotPriceHistoryRequest,
  DescribeSpotPriceHistoryResult,
  SpotPrice,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { pricedInstanceTypes } from '../../../atlas/prices.ts';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { accountZones } from '../../shared/account-zones.ts';
import { applyFilters } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { isoText } from '../../shared/utc-text.ts';
import { isOfferedIn } from '../capacity/offerings.ts';
import { invalidParameterValue } from '../errors.ts';
import { dayMs, priceText, spotPrice } from './spot-prices.ts';

type Input = Plain<DescribeSpotPriceHistoryRequest>;
type Row = Plain<SpotPrice>;

/** "Up to 90 days" (DescribeSpotPriceHistory, Amazon EC2 API Reference). */
const mostDays = 90;

const mostRows = 1000;

/** All images here are of Linux. */
const products = ['Linux/UNIX', 'Linux/UNIX (Amazon VPC)'];

/** The days whose prices are asked for, the newest first: also the one that held when the time begins. */
const daysOf = (view: View, input: Input): readonly number[] => {
  const end = Math.min(input.EndTime ?? view.now, view.now);
  const first = Math.max(
    Math.floor((input.StartTime ?? 0) / dayMs),
    Math.floor(view.now / dayMs) - mostDays + 1,
  );
  const last = Math.floor(end / dayMs);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => last - index);
};

const zonesOf = (view: View, input: Input) => {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input;
  const zones = accountZones(view).filter(
    (zone) => (name === undefined || zone.name === name) && (id === undefined || zone.id === id),
  );
  return zones.length > 0
    ? zones
    : invalidParameterValue(`Invalid availability zone: [${name ?? id ?? ''}]`);
};

const rowsOf = (view: View, input: Input): readonly Row[] | DomainError => {
  const zones = zonesOf(view, input);
  if (isDomainError(zones)) return zones;
  const asked = input.ProductDescriptions ?? [];
  if (asked.length > 0 && asked.every((product) => !products.includes(product))) return [];
  const types = (input.InstanceTypes ?? []).length > 0 ? input.InstanceTypes : undefined;
  const region = view.shard;
  return daysOf(view, input).flatMap((day) =>
    (types ?? pricedInstanceTypes).flatMap((type) =>
      zones
        .filter(({ id }) => isOfferedIn(type, { id, region }))
        .flatMap(({ id, name }): readonly Row[] => {
          const price = spotPrice(region, id, type, day * dayMs);
          if (price === null) return [];
          return [
            {
              AvailabilityZone: name,
              AvailabilityZoneId: id,
              // A name out of AWS's own answers.
              InstanceType: type as _InstanceType,
              ProductDescription: 'Linux/UNIX',
              SpotPrice: priceText(price),
              Timestamp: day * dayMs,
            },
          ];
        }),
    ),
  );
};

/** DescribeSpotPriceHistory: by the rule of `spotPrice`, the newest first, for types whose price on demand is known. */
export const describeSpotPriceHistory: Operation<
  DescribeSpotPriceHistoryRequest,
  DescribeSpotPriceHistoryResult
> = (tx, input) => {
  const rows = rowsOf(tx, input);
  if (isDomainError(rows)) return rows;
  const kept = applyFilters(rows, input.Filters, {
    'availability-zone': (row) => row.AvailabilityZone,
    'availability-zone-id': (row) => row.AvailabilityZoneId,
    'instance-type': (row) => row.InstanceType,
    'product-description': () => products,
    'spot-price': (row) => row.SpotPrice,
    timestamp: (row) => isoText(row.Timestamp ?? 0),
  });
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    {
      token: input.NextToken,
      maxResults: Math.min(input.MaxResults || mostRows, mostRows),
    },
    (row) => `${row.Timestamp}/${row.AvailabilityZone}/${row.InstanceType}`,
  );
  if (isDomainError(page)) return page;
  return { SpotPriceHistory: page.items, NextToken: page.nextToken ?? '' };
};
