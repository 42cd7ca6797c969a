import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { accountZones } from '../../shared/account-zones.ts';
import { isOffered, isOfferedIn } from '../capacity/offerings.ts';
import { instanceTypeFields } from './instance-type-filters.ts';
import {
  instanceTypeFacts,
  knownInstanceTypes,
  type InstanceTypeFacts,
} from './instance-type-facts.ts';

const nameOf = (type: InstanceTypeFacts): string => type.InstanceType ?? '';

/** The architectures that a type can run, for example `x86_64`. */
export const architecturesOf = (name: string): readonly string[] =>
  instanceTypeFacts(name)?.ProcessorInfo?.SupportedArchitectures ?? [];

const offeredTypes = (view: View): readonly string[] =>
  knownInstanceTypes.filter((name) => isOffered(name, view.shard));

/** DescribeInstanceTypes: the types that this Region offers. */
export const describeInstanceTypes: Operation<
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult
> = (tx, input) => {
  const offered = offeredTypes(tx);
  const asked = input.InstanceTypes ?? [];
  const unknown = asked.filter((name) => !offered.includes(name));
  if (unknown.length > 0) {
    return new DomainError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  const wanted: ReadonlySet<string> = new Set(asked);
  const named = asked.length === 0 ? offered : offered.filter((name) => wanted.has(name));
  const types = named.flatMap((name) => instanceTypeFacts(name) ?? []);
  const filtered = applyFilters(types, input.Filters, instanceTypeFields);
  if (isDomainError(filtered)) return filtered;
  const page = paginate(filtered, { token: input.NextToken, maxResults: input.MaxResults }, nameOf);
  if (isDomainError(page)) return page;
  return { InstanceTypes: page.items, NextToken: page.nextToken };
};

type Offering = NonNullable<
  Plain<DescribeInstanceTypeOfferingsResult>['InstanceTypeOfferings']
>[number];

const offeringFields: FilterFields<Offering> = {
  'instance-type': (offering) => offering.InstanceType,
  location: (offering) => offering.Location,
};

/** A place in which types are offered; a zone's id when it is one. */
interface OfferingPlace {
  readonly location: string;
  readonly zoneId?: string;
}

const placesOf = (view: View, kind: string): readonly OfferingPlace[] | DomainError => {
  const zones = accountZones(view);
  switch (kind) {
    case 'region':
      return [{ location: view.shard }];
    case 'availability-zone':
      return zones.map(({ id, name }) => ({ location: name, zoneId: id }));
    case 'availability-zone-id':
      return zones.map(({ id }) => ({ location: id, zoneId: id }));
    case 'outpost':
      return [];
    default:
      return new DomainError(
        'InvalidParameterValue',
        `Value (${kind}) for parameter LocationType is invalid.`,
      );
  }
};

/** DescribeInstanceTypeOfferings: where in this Region each type can be launched. */
export const describeInstanceTypeOfferings: Operation<
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult
> = (tx, input) => {
  const kind = input.LocationType ?? 'region';
  const places = placesOf(tx, kind);
  if (isDomainError(places)) return places;
  const { shard: region } = tx;
  const offerings = places.flatMap(({ location, zoneId }) =>
    offeredTypes(tx)
      .filter((name) => zoneId === undefined || isOfferedIn(name, { id: zoneId, region }))
      .map((name): Offering => ({
        // A name out of AWS's own answers.
        InstanceType: name as _InstanceType,
        LocationType: kind,
        Location: location,
      })),
  );
  const filtered = applyFilters(offerings, input.Filters, offeringFields);
  if (isDomainError(filtered)) return filtered;
  const page = paginate(
    filtered,
    { token: input.NextToken, maxResults: input.MaxResults },
    (offering) => `${offering.Location}/${offering.InstanceType}`,
  );
  if (isDomainError(page)) return page;
  return { InstanceTypeOfferings: page.items, NextToken: page.nextToken };
};
