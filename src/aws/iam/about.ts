import type { ServiceAbout } from '../operation.ts';

/** AWS Identity and Access Management, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'iam',
  title: 'AWS Identity and Access Management',
  model: 'iam',
  protocol: 'query',
  shard: 'partition',
  brings: ['sts'],
  read: async (host) => (await import('./service.ts')).iamWith(() => host.certificates()),
};
