import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts';
import type { DomainError } from '../../world/domain-error.ts';
import type { Caller } from '../caller.ts';
import type { Role } from '../iam/entities.ts';
import type { RequestKeys } from '../iam/trust-evaluation.ts';
import type { CallerOperation, Plain } from '../operation.ts';
import { accessDenied, notBuilt, validationError } from './errors.ts';
import {
  actionNotTrusted,
  openRoleSession,
  roleArnFault,
  roleByArn,
  tooLongForRole,
  usualDurationSeconds,
} from './role-sessions.ts';
import { packedPolicySize, passedFault } from './session-policies.ts';

/** "Role chaining limits your ... session to a maximum of one hour" (AssumeRole). */
const longestChainedSeconds = 3600;

const principalType = (caller: Caller): string => {
  if (caller.roleArn !== undefined) return 'AssumedRole';
  if (caller.arn.includes(':federated-user/')) return 'FederatedUser';
  return caller.arn.endsWith(':root') ? 'Account' : 'User';
};

/** What the trust policy's conditions may look at ("Available keys for AWS STS", IAM User Guide). */
const requestKeys = (input: Plain<AssumeRoleRequest>, caller: Caller): RequestKeys => ({
  'sts:rolesessionname': input.RoleSessionName ?? '',
  ...(input.ExternalId === undefined ? {} : { 'sts:externalid': input.ExternalId }),
  ...(input.SourceIdentity === undefined ? {} : { 'sts:sourceidentity': input.SourceIdentity }),
  ...Object.fromEntries(
    (input.Tags ?? []).map(({ Key: key = '', Value: value = '' }) => [
      `aws:requesttag/${key.toLowerCase()}`,
      value,
    ]),
  ),
  'aws:principalaccount': caller.account,
  'aws:principalarn': caller.roleArn ?? caller.arn,
  'aws:principaltype': principalType(caller),
  'aws:userid': caller.userId,
  'aws:securetransport': 'false',
  ...(caller.isTemporary ? { 'aws:multifactorauthpresent': 'false' } : {}),
});

/** Parts of the request that Faultline does not have, or that are wrong in themselves. */
const inputFault = (input: Plain<AssumeRoleRequest>): DomainError | undefined => {
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
    return notBuilt('multi-factor authentication (SerialNumber and TokenCode of AssumeRole)');
  }
  if ((input.ProvidedContexts ?? []).length > 0) {
    return notBuilt('ProvidedContexts of AssumeRole');
  }
  return passedFault(input) ?? roleArnFault(input.RoleArn ?? '');
};

/** How long the session lasts. A role assumed with another role's credentials lasts an hour at most. */
const durationFault = (seconds: number, role: Role, caller: Caller): DomainError | undefined =>
  tooLongForRole(seconds, role) ??
  (caller.roleArn !== undefined && seconds > longestChainedSeconds
    ? validationError(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      )
    : undefined);

/**
 * AssumeRole: whom the role's trust policy names gets credentials of the role. A role that is not there and one that does
 * not trust the caller are refused in the same words, as AWS does.
 */
export const assumeRole: CallerOperation<AssumeRoleRequest, AssumeRoleResponse> = (
  tx,
  input,
  caller,
) => {
  const fault = inputFault(input);
  if (fault !== undefined) return fault;
  const { RoleArn: arn = '', RoleSessionName: sessionName = '' } = input;
  const role = roleByArn(tx, arn);
  const principal = {
    kind: 'account',
    account: caller.account,
    arns: [caller.arn, ...(caller.roleArn === undefined ? [] : [caller.roleArn])],
  } as const;
  const refused = actionNotTrusted(role, principal, 'sts:AssumeRole', requestKeys(input, caller), {
    tags: input.Tags,
    sourceIdentity: input.SourceIdentity,
  });
  if (role === undefined || refused !== undefined) {
    return accessDenied(
      `User: ${caller.arn} is not authorized to perform: ${refused ?? 'sts:AssumeRole'} on resource: ${arn}`,
    );
  }
  const seconds = input.DurationSeconds ?? usualDurationSeconds;
  const tooLong = durationFault(seconds, role, caller);
  if (tooLong !== undefined) return tooLong;
  return {
    ...openRoleSession(tx, role, sessionName, seconds),
    ...packedPolicySize(input),
    ...(input.SourceIdentity === undefined ? {} : { SourceIdentity: input.SourceIdentity }),
  };
};
