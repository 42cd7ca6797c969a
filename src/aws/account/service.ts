import type { Service } from '../operation.ts';
import {
  completeRegionSwitch,
  disableRegion,
  enableRegion,
  getRegionOptStatus,
  listRegions,
  regionSwitchedKind,
} from './regions.ts';

export const account: Service = {
  name: 'account',
  title: 'AWS Account Management',
  shard: 'partition',
  operations: {
    DisableRegion: disableRegion,
    EnableRegion: enableRegion,
    GetRegionOptStatus: getRegionOptStatus,
    ListRegions: listRegions,
  },
  timers: { [regionSwitchedKind]: completeRegionSwitch },
};
