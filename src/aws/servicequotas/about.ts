import type { ServiceAbout } from '../operation.ts';

/** Service Quotas, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'servicequotas',
  title: 'Service Quotas',
  model: 'service-quotas',
  protocol: 'json',
  shard: 'region',
  brings: ['acm', 'autoscaling', 'ec2', 'elasticloadbalancing', 'iam'],
  read: async () => (await import('./service.ts')).servicequotas,
};
