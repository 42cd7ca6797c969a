import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { assumeRole, getSessionToken } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';

export const sts: Service = {
  ...about,
  refuses: {
    AssumeRole: ['MinimumSessionTokenSize'],
    GetSessionToken: ['MinimumSessionTokenSize'],
  },
  operations: {
    AssumeRole: assumeRole,
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: getSessionToken,
  },
};
