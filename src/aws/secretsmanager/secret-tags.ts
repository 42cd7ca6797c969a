import type { TagResourceRequest, UntagResourceRequest } from '@aws-sdk/client-secrets-manager';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { addTags, checkTags, removeTags, type TagInput } from '../shared/tags.ts';
import type { Secret } from './entities.ts';
import { invalidParameter } from './errors.ts';
import { changeableSecret, secretArn } from './find-secret.ts';
import { putSecret } from './replicas.ts';

/** Gives a secret tags. Error: InvalidParameterException. */
export const tagSecret = (
  tx: Tx,
  secret: Secret,
  tags: readonly TagInput[] = [],
): DomainError | undefined => {
  const checked = checkTags(tags);
  if (isDomainError(checked)) return invalidParameter(checked.message);
  const tooMany = addTags(tx, secretArn(tx, secret), 'secretsmanager:secret', checked);
  return tooMany && invalidParameter(tooMany.message);
};

export const tagResource: Operation<TagResourceRequest, Nothing> = (tx, input) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const fault = tagSecret(tx, secret, input.Tags);
  if (fault !== undefined) return fault;
  putSecret(tx, secret);
  return {};
};

export const untagResource: Operation<UntagResourceRequest, Nothing> = (tx, input) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  removeTags(
    tx,
    secretArn(tx, secret),
    (input.TagKeys ?? []).map((Key) => ({ Key })),
  );
  putSecret(tx, secret);
  return {};
};
