import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import { standsForType } from '../../../atlas/supply.ts';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { accountZones } from '../../shared/account-zones.ts';
import { lacksType } from '../capacity/zone-offerings.ts';
import { instanceTypeFields } from './instance-type-filters.ts';
import facts from './instance-types.json' with { type: 'json' };

/** What DescribeInstanceTypes says of one type. */
export type InstanceTypeFacts = Plain<InstanceTypeInfo>;

// The list is AWS's own answer, kept as it came; its strings are members of the SDK's unions.
const allTypes = facts.instanceTypes as readonly InstanceTypeFacts[];

const notOffered: Readonly<Record<string, readonly string[]>> = facts.notOffered;

const byName: ReadonlyMap<string, InstanceTypeFacts> = new Map(
  allTypes.map((type) => [nameOf(type), type]),
);

function nameOf(type: InstanceTypeFacts): string {
  return type.InstanceType ?? '';
}

/** The names of all types that this program knows, wherever they are offered. */
export const knownInstanceTypes: readonly string[] = allTypes.map(nameOf);

/** Whether a name such as `m5.large` or `m5` stands for any of them. */
export const isKnownTypeOrFamily = (name: string): boolean =>
  knownInstanceTypes.some((type) => standsForType(name, type));

/** The facts of a type, whether or not a Region offers it. */
export const instanceTypeFacts = (name: string): InstanceTypeFacts | undefined => byName.get(name);

/** Whether a Region has the type, if only in some of its zones: see `isOfferedIn`. */
export const isOffered = (name: string, region: string): boolean =>
  byName.has(name) && notOffered[name]?.includes(region) !== true;

/** Whether a zone has the type at all; how much of it is another matter. */
export const isOfferedIn = (name: string, zone: { readonly id: string; readonly region: string }) =>
  isOffered(name, zone.region) && !lacksType(zone.id, name);

/** The architectures that a type can run, for example `x86_64`. */
export const architecturesOf = (name: string): readonly string[] =>
  byName.get(name)?.ProcessorInfo?.SupportedArchitectures ?? [];

const offeredTypes = (view: View): readonly InstanceTypeFacts[] =>
  allTypes.filter((type) => isOffered(nameOf(type), view.shard));

/** DescribeInstanceTypes: the types that this Region offers. */
export const describeInstanceTypes: Operation<
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult
> = (tx, input) => {
  const offered = offeredTypes(tx);
  const asked = input.InstanceTypes ?? [];
  const unknown = asked.filter((name) => !offered.some((type) => nameOf(type) === name));
  if (unknown.length > 0) {
    return new DomainError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  const named =
    asked.length === 0
      ? offered
      : offered.filter((type) => asked.some((name) => name === nameOf(type)));
  const filtered = applyFilters(named, input.Filters, instanceTypeFields);
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
  const offerings = places.flatMap(({ location, zoneId }) =>
    offeredTypes(tx)
      .filter((type) => zoneId === undefined || !lacksType(zoneId, nameOf(type)))
      .map((type): Offering => ({
        InstanceType: type.InstanceType,
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
