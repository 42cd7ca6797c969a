import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { contactOperations } from './contacts.ts';
import {
  completeRegionSwitch,
  disableRegion,
  enableRegion,
  getRegionOptStatus,
  listRegions,
  regionSwitchedKind,
} from './regions.ts';

export const account: Service = {
  ...about,
  operations: {
    ...contactOperations,
    DisableRegion: disableRegion,
    EnableRegion: enableRegion,
    GetRegionOptStatus: getRegionOptStatus,
    ListRegions: listRegions,
  },
  timers: { [regionSwitchedKind]: completeRegionSwitch },
};
