import type { ServiceAbout } from '../operation.ts';

/** Amazon Lightsail, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'lightsail',
  title: 'Amazon Lightsail',
  model: 'lightsail',
  protocol: 'json',
  shard: 'region',
  brings: [],
  read: async () => (await import('./service.ts')).lightsail,
};
