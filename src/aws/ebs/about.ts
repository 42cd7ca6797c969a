import type { ServiceAbout } from '../operation.ts';

/** Amazon EBS direct APIs, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'ebs',
  title: 'Amazon EBS direct APIs',
  model: 'ebs',
  protocol: 'rest-json',
  shard: 'region',
  brings: ['ec2'],
  read: async () => (await import('./service.ts')).ebs,
};
