import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { serviceFacts } from '../shared/service-facts.ts';
import { getRegions, lightsailRegions } from './regions.ts';

export const lightsail: Service = {
  ...about,
  load: () => serviceFacts.load(),
  onlyIn: lightsailRegions,
  operations: { GetRegions: getRegions },
};
