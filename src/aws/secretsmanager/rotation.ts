import type {
  CancelRotateSecretRequest,
  CancelRotateSecretResponse,
  RotateSecretRequest,
  RotateSecretResponse,
} from '@aws-sdk/client-secrets-manager';
import { isDomainError } from '../../world/domain-error.ts';
import type { Operation } from '../operation.ts';
import { invalidParameter, invalidRequest } from './errors.ts';
import { changeableSecret, namesOf } from './find-secret.ts';
import { putSecret } from './replicas.ts';
import { pending, removeStage } from './versions.ts';

/**
 * RotateSecret: keeps who rotates the secret, and when. There is no Lambda here, so nobody does it: no version is made, and
 * the answer names none.
 */
export const rotateSecret: Operation<RotateSecretRequest, RotateSecretResponse> = (tx, input) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const lambdaArn = input.RotationLambdaARN || secret.rotation?.lambdaArn || null;
  if (lambdaArn === null) {
    return invalidRequest('No Lambda rotation function ARN is associated with this secret.');
  }
  const { RotationRules: rules } = input;
  if (rules?.AutomaticallyAfterDays !== undefined && rules.ScheduleExpression !== undefined) {
    return invalidParameter(
      'You can specify either AutomaticallyAfterDays or ScheduleExpression in RotationRules, but not both.',
    );
  }
  putSecret(tx, {
    ...secret,
    rotation: { isEnabled: true, lambdaArn, rules: rules ?? secret.rotation?.rules ?? null },
  });
  return namesOf(tx, secret);
};

/** CancelRotateSecret: rotation is off; a version that waited for it is pending no more. */
export const cancelRotateSecret: Operation<
  CancelRotateSecretRequest,
  CancelRotateSecretResponse
> = (tx, input) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  if (secret.rotation === null) {
    return invalidRequest('You must enable rotation for this secret before you can cancel it.');
  }
  removeStage(tx, secret.id, pending);
  putSecret(tx, { ...secret, rotation: { ...secret.rotation, isEnabled: false } });
  return namesOf(tx, secret);
};
