import type { ServiceAbout } from '../operation.ts';

/** AWS Systems Manager, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'ssm',
  title: 'AWS Systems Manager',
  model: 'ssm',
  protocol: 'json',
  shard: 'region',
  brings: ['kms', 'ec2'],
  read: async () => (await import('./service.ts')).ssm,
};
