import type {
  DeleteResourcePolicyRequest,
  DeleteResourcePolicyResponse,
  GetResourcePolicyRequest,
  GetResourcePolicyResponse,
  PutResourcePolicyRequest,
  PutResourcePolicyResponse,
  ValidateResourcePolicyRequest,
  ValidateResourcePolicyResponse,
} from '@aws-sdk/client-secrets-manager';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Operation } from '../operation.ts';
import { isPublicPolicy, resourcePolicyFault } from '../shared/resource-policy.ts';
import { changeableSecret, findSecret, namesOf } from './find-secret.ts';
import { putSecret } from './replicas.ts';

const publicPolicy = (): DomainError =>
  new DomainError(
    'PublicPolicyException',
    'You must not attach a resource-based policy that provides public access to the secret.',
  );

/** PutResourcePolicy: the policy is kept as it was given; nobody is allowed or refused by it. */
export const putResourcePolicy: Operation<PutResourcePolicyRequest, PutResourcePolicyResponse> = (
  tx,
  input,
) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const { ResourcePolicy: policy = '' } = input;
  const fault = resourcePolicyFault(policy);
  if (fault !== undefined) return new DomainError('MalformedPolicyDocumentException', fault);
  if (input.BlockPublicPolicy === true && isPublicPolicy(policy)) return publicPolicy();
  putSecret(tx, { ...secret, policy });
  return namesOf(tx, secret);
};

export const getResourcePolicy: Operation<GetResourcePolicyRequest, GetResourcePolicyResponse> = (
  tx,
  input,
) => {
  const secret = findSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  return {
    ...namesOf(tx, secret),
    ...(secret.policy === null ? {} : { ResourcePolicy: secret.policy }),
  };
};

export const deleteResourcePolicy: Operation<
  DeleteResourcePolicyRequest,
  DeleteResourcePolicyResponse
> = (tx, input) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  putSecret(tx, { ...secret, policy: null });
  return namesOf(tx, secret);
};

/** ValidateResourcePolicy: the form, and whether everybody would be let in. */
export const validateResourcePolicy: Operation<
  ValidateResourcePolicyRequest,
  ValidateResourcePolicyResponse
> = (tx, input) => {
  const secret = input.SecretId === undefined ? undefined : findSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const { ResourcePolicy: policy = '' } = input;
  const fault = resourcePolicyFault(policy);
  if (fault !== undefined) return new DomainError('MalformedPolicyDocumentException', fault);
  const errors = isPublicPolicy(policy)
    ? [{ CheckName: 'BlockPublicPolicy', ErrorMessage: publicPolicy().message }]
    : [];
  return { PolicyValidationPassed: errors.length === 0, ValidationErrors: errors };
};
