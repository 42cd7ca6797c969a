import type { ServiceAbout } from '../operation.ts';

/** Amazon EC2, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'ec2',
  title: 'Amazon EC2',
  model: 'ec2',
  protocol: 'ec2',
  shard: 'region',
  brings: ['account', 'iam', 'sts', 'kms', 'monitoring'],
  read: async (host) => {
    const { ec2With } = await import('./service.ts');
    return ec2With(await host.keys(), host.isStrictAboutUserData === true);
  },
};
