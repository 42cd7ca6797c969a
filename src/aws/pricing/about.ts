import type { ServiceAbout } from '../operation.ts';

/** AWS Price List, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'pricing',
  title: 'AWS Price List',
  model: 'pricing',
  protocol: 'json',
  shard: 'region',
  brings: ['ec2'],
  read: async () => (await import('./service.ts')).pricing,
};
