import type { Service } from '../operation.ts';
import { assumeRole, getSessionToken } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';

export const sts: Service = {
  name: 'sts',
  title: 'AWS Security Token Service',
  shard: 'region',
  operations: {
    AssumeRole: assumeRole,
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: getSessionToken,
  },
};
