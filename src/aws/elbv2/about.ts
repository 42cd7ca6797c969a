import type { ServiceAbout } from '../operation.ts';

/** Elastic Load Balancing, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'elasticloadbalancing',
  title: 'Elastic Load Balancing',
  model: 'elbv2',
  protocol: 'query',
  shard: 'region',
  brings: ['route53', 'ec2', 'monitoring'],
  read: async () => (await import('./service.ts')).elbv2,
};
