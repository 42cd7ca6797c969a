import type { ServiceAbout } from '../operation.ts';

/** AWS Security Token Service, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'sts',
  title: 'AWS Security Token Service',
  model: 'sts',
  protocol: 'query',
  shard: 'region',
  brings: ['iam'],
  read: async () => (await import('./service.ts')).sts,
};
