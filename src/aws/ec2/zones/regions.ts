import type { DescribeRegionsRequest, DescribeRegionsResult } from '@aws-sdk/client-ec2';
import { isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { regionOptStatus } from '../../account/regions.ts';
import type { Operation } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { invalidParameterValue } from '../errors.ts';

/** A Region as DescribeRegions gives it. */
interface RegionDescription {
  readonly RegionName: string;
  readonly Endpoint: string;
  readonly OptInStatus: 'opt-in-not-required' | 'opted-in' | 'not-opted-in';
}

const filterFields: FilterFields<RegionDescription> = {
  endpoint: (region) => region.Endpoint,
  'opt-in-status': (region) => region.OptInStatus,
  'region-name': (region) => region.RegionName,
};

const optInStatus = (partition: View, code: string): RegionDescription['OptInStatus'] => {
  switch (regionOptStatus(partition, code)) {
    case 'ENABLED_BY_DEFAULT':
      return 'opt-in-not-required';
    case 'ENABLED':
      return 'opted-in';
    default:
      return 'not-opted-in';
  }
};

const describe = (partition: View): readonly RegionDescription[] =>
  partition.geography.regions
    .map((region) => ({
      RegionName: region.code,
      Endpoint: `ec2.${region.code}.amazonaws.com`,
      OptInStatus: optInStatus(partition, region.code),
    }))
    .toSorted((a, b) => (a.RegionName < b.RegionName ? -1 : 1));

/**
 * Lists Regions: those that the account can use, all with `AllRegions`, or those that are named, whether it can
 * use them or not. Runs on the state of the partition, which AWS keeps a copy of in every Region.
 */
export const describeRegions: Operation<DescribeRegionsRequest, DescribeRegionsResult> = (
  tx,
  input,
) => {
  const all = describe(tx);
  const names = input.RegionNames ?? [];
  const unknown = names.filter((name) => tx.geography.region(name) === undefined).toSorted()[0];
  if (unknown !== undefined) {
    return invalidParameterValue(`Invalid region: [${unknown}]`);
  }
  const asked = all.filter((region) =>
    names.length > 0
      ? names.includes(region.RegionName)
      : input.AllRegions === true || region.OptInStatus !== 'not-opted-in',
  );
  const regions = applyFilters(asked, input.Filters, filterFields);
  return isDomainError(regions) ? regions : { Regions: regions };
};
