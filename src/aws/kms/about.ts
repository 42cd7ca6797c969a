import type { ServiceAbout } from '../operation.ts';

/** AWS Key Management Service, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'kms',
  title: 'AWS Key Management Service',
  model: 'kms',
  protocol: 'json',
  shard: 'region',
  brings: [],
  read: async (host) => (await import('./service.ts')).kmsWith(await host.cryptography()),
};
