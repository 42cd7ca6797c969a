import type { ServiceAbout } from '../operation.ts';

/** AWS Account Management, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'account',
  title: 'AWS Account Management',
  model: 'account',
  protocol: 'rest-json',
  shard: 'partition',
  brings: [],
  read: async () => (await import('./service.ts')).account,
};
