import type {
  GetKeyPolicyRequest,
  GetKeyPolicyResponse,
  ListKeyPoliciesRequest,
  ListKeyPoliciesResponse,
  PutKeyPolicyRequest,
} from '@aws-sdk/client-kms';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Nothing, Operation } from '../operation.ts';
import { resourcePolicyFault } from '../shared/resource-policy.ts';
import { changeableKey } from './changeable-key.ts';
import { Keys } from './entities.ts';
import { malformedPolicy } from './errors.ts';
import { deletionFault, findKey } from './find-key.ts';

/** A key has one policy, and this is its name. */
const policyName = 'default';

/** What is wrong with a key policy. */
export const policyFault = (policy: string): DomainError | undefined => {
  const fault = resourcePolicyFault(policy);
  return fault === undefined ? undefined : malformedPolicy(fault);
};

const noSuchPolicy = (): DomainError =>
  new DomainError('NotFoundException', 'No such policy exists');

export const getKeyPolicy: Operation<GetKeyPolicyRequest, GetKeyPolicyResponse> = (tx, input) => {
  const found = findKey(tx, input.KeyId);
  if (isDomainError(found)) return found;
  if ((input.PolicyName ?? policyName) !== policyName) return noSuchPolicy();
  return { Policy: found.key.policy, PolicyName: policyName };
};

/** PutKeyPolicy: the policy is kept as it was given; nothing is allowed or refused by it. */
export const putKeyPolicy: Operation<PutKeyPolicyRequest, Nothing> = (tx, input) => {
  const found = changeableKey(tx, input.KeyId, 'PutKeyPolicy');
  if (isDomainError(found)) return found;
  if ((input.PolicyName ?? policyName) !== policyName) return noSuchPolicy();
  const fault = deletionFault(found) ?? policyFault(input.Policy ?? '');
  if (fault !== undefined) return fault;
  found.tx.put(Keys, { ...found.key, policy: input.Policy ?? '' });
  return {};
};

export const listKeyPolicies: Operation<ListKeyPoliciesRequest, ListKeyPoliciesResponse> = (
  tx,
  input,
) => {
  const found = findKey(tx, input.KeyId);
  return isDomainError(found) ? found : { PolicyNames: [policyName], Truncated: false };
};
