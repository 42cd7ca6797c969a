import type { ServiceAbout } from '../operation.ts';

/** Amazon EC2 Auto Scaling, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'autoscaling',
  title: 'Amazon EC2 Auto Scaling',
  model: 'autoscaling',
  protocol: 'query',
  shard: 'region',
  brings: ['ec2', 'elasticloadbalancing', 'monitoring'],
  read: async () => (await import('./service.ts')).autoscaling,
};
