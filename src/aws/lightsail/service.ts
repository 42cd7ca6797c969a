import type { Service } from '../operation.ts';
import { serviceFacts } from '../shared/service-facts.ts';
import { getRegions, lightsailRegions } from './regions.ts';

export const lightsail: Service = {
  name: 'lightsail',
  title: 'Amazon Lightsail',
  shard: 'region',
  load: () => serviceFacts.load(),
  onlyIn: lightsailRegions,
  operations: { GetRegions: getRegions },
};
