import type { ServiceAbout } from '../operation.ts';

/** Amazon Route 53, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'route53',
  title: 'Amazon Route 53',
  model: 'route53',
  protocol: 'rest-xml',
  shard: 'partition',
  brings: [],
  read: async () => (await import('./service.ts')).route53,
};
