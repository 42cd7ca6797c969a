import type { Service } from '../operation.ts';
import { about } from './about.ts';
import { getAccessKeyInfo } from './access-key-info.ts';
import { assumeRole } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';
import { assumeRoleWithSaml } from './saml.ts';
import { getFederationToken, getSessionToken } from './session-tokens.ts';
import { assumeRoleWithWebIdentity } from './web-identity.ts';

export const sts: Service = {
  ...about,
  refuses: {
    AssumeRole: ['MinimumSessionTokenSize'],
    AssumeRoleWithSAML: ['MinimumSessionTokenSize'],
    AssumeRoleWithWebIdentity: ['MinimumSessionTokenSize'],
    GetFederationToken: ['MinimumSessionTokenSize'],
    GetSessionToken: ['MinimumSessionTokenSize'],
  },
  operations: {
    AssumeRole: assumeRole,
    AssumeRoleWithSAML: assumeRoleWithSaml,
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    GetAccessKeyInfo: getAccessKeyInfo,
    GetCallerIdentity: getCallerIdentity,
    GetFederationToken: getFederationToken,
    GetSessionToken: getSessionToken,
  },
};
