import type {
  DisableRegionCommandInput,
  EnableRegionCommandInput,
  GetRegionOptStatusCommandInput,
  GetRegionOptStatusResponse,
  ListRegionsCommandInput,
  ListRegionsResponse,
  RegionOptStatus,
} from '@aws-sdk/client-account';
import type { DomainError } from '../../world/domain-error.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { Timer, Tx, View } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { RegionSwitches } from './entities.ts';
import {
  enabledByDefault,
  invalidToken,
  noOrganization,
  statusForbidsSwitch,
  switchInProgress,
  tooManySwitches,
  unknownRegion,
} from './errors.ts';

/** "This process takes a few minutes for most accounts" (AWS Account Management API, EnableRegion). */
const switchDurationMs = 180_000;

/** "Quotas for AWS Account Management": concurrent region-opt requests for an account. */
const concurrentSwitches = 6;

/** The largest and the usual page of ListRegions. */
const pageSize = 50;

/** The timer that completes the enabling or disabling of a Region. */
export const regionSwitchedKind = 'account/region-switched';

/**
 * How far an account has opted in to a Region, read in the view of the partition's shard. Only `ENABLED` and
 * `ENABLED_BY_DEFAULT` let it call there. A Region that the world does not have is `DISABLED`.
 */
export const regionOptStatus = (view: View, region: string): RegionOptStatus => {
  const known = view.geography.region(region);
  if (known?.optIn === false) return 'ENABLED_BY_DEFAULT';
  return view.get(RegionSwitches, region)?.status ?? 'DISABLED';
};

export const listRegions: Operation<ListRegionsCommandInput, ListRegionsResponse> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'ListRegions');
  const wanted = input.RegionOptStatusContains;
  const regions = tx.geography.regions
    .map((region) => ({
      RegionName: region.code,
      RegionOptStatus: regionOptStatus(tx, region.code),
    }))
    .filter(
      ({ RegionOptStatus: status }) =>
        wanted === undefined || wanted.length === 0 || wanted.includes(status),
    )
    .toSorted((a, b) => (a.RegionName < b.RegionName ? -1 : 1));
  const page = paginate(
    regions,
    { token: input.NextToken, maxResults: input.MaxResults ?? pageSize },
    (region) => region.RegionName,
    invalidToken,
  );
  if (isDomainError(page)) return page;
  return { Regions: page.items, NextToken: page.nextToken };
};

export const getRegionOptStatus: Operation<
  GetRegionOptStatusCommandInput,
  GetRegionOptStatusResponse
> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'GetRegionOptStatus');
  const name = input.RegionName ?? '';
  if (tx.geography.region(name) === undefined) return unknownRegion(tx.geography, name);
  return { RegionName: name, RegionOptStatus: regionOptStatus(tx, name) };
};

/** The answer of an operation that has none. */
type Nothing = Readonly<Record<string, never>>;

const switchRegion = (
  tx: Tx,
  region: string,
  wanted: 'ENABLING' | 'DISABLING',
): DomainError | undefined => {
  if (tx.geography.region(region) === undefined) return unknownRegion(tx.geography, region);
  const status = regionOptStatus(tx, region);
  switch (status) {
    case 'ENABLED_BY_DEFAULT':
      return enabledByDefault(region);
    case 'ENABLING':
    case 'DISABLING':
      return status === wanted ? statusForbidsSwitch() : switchInProgress(region, status);
    case 'ENABLED':
    case 'DISABLED':
      if ((status === 'ENABLED') === (wanted === 'ENABLING')) return statusForbidsSwitch();
  }
  const inProgress = tx.list(RegionSwitches).filter((other) => other.status !== 'ENABLED');
  if (inProgress.length >= concurrentSwitches) return tooManySwitches();
  tx.put(RegionSwitches, { id: region, status: wanted });
  tx.setTimer({
    id: `${regionSwitchedKind}/${region}`,
    at: tx.now + switchDurationMs,
    kind: regionSwitchedKind,
    payload: region,
  });
  return undefined;
};

export const enableRegion: Operation<EnableRegionCommandInput, Nothing> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'EnableRegion');
  return switchRegion(tx, input.RegionName ?? '', 'ENABLING') ?? {};
};

export const disableRegion: Operation<DisableRegionCommandInput, Nothing> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'DisableRegion');
  return switchRegion(tx, input.RegionName ?? '', 'DISABLING') ?? {};
};

/** Completes what EnableRegion or DisableRegion began. */
export const completeRegionSwitch = (tx: Tx, timer: Timer): void => {
  const { payload: region } = timer;
  if (typeof region !== 'string') throw new Error(`${timer.id} names no Region.`);
  const current = tx.get(RegionSwitches, region);
  if (current?.status === 'ENABLING') tx.put(RegionSwitches, { id: region, status: 'ENABLED' });
  if (current?.status === 'DISABLING') tx.delete(RegionSwitches, region);
};
