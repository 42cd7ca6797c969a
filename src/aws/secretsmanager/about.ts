import type { ServiceAbout } from '../operation.ts';

/** AWS Secrets Manager, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'secretsmanager',
  title: 'AWS Secrets Manager',
  model: 'secretsmanager',
  protocol: 'json',
  shard: 'region',
  brings: ['kms'],
  read: async () => (await import('./service.ts')).secretsmanager,
};
