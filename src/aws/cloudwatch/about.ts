import type { ServiceAbout } from '../operation.ts';

/** Amazon CloudWatch, before any of its code is read. */
export const about: ServiceAbout = {
  name: 'monitoring',
  title: 'Amazon CloudWatch',
  model: 'cloudwatch',
  protocol: 'smithy-rpc-v2-cbor',
  shard: 'region',
  brings: ['ec2', 'elasticloadbalancing'],
  read: async () => (await import('./service.ts')).cloudwatch,
};
