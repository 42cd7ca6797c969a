import type { ServiceAbout } from '../operation.ts';

/** AWS Certificate Manager, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'acm',
  title: 'AWS Certificate Manager',
  model: 'acm',
  protocol: 'json',
  shard: 'region',
  brings: ['route53'],
  read: async (host) => (await import('./service.ts')).acmWith(await host.certificates()),
};
