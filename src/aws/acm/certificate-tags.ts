import type {
  AddTagsToCertificateRequest,
  ListTagsForCertificateRequest,
  ListTagsForCertificateResponse,
  RemoveTagsFromCertificateRequest,
} from '@aws-sdk/client-acm';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { addTags, checkTags, removeTags, tagsOf, type TagInput } from '../shared/tags.ts';
import { withCertificate } from './certificate-arns.ts';
import { invalidTag, tooManyTags } from './errors.ts';

/** Gives a certificate tags. Errors: InvalidTagException, TooManyTagsException. */
export const tagCertificate = (
  tx: Tx,
  arn: string,
  tags: readonly TagInput[] = [],
): DomainError | undefined => {
  const checked = checkTags(tags);
  if (isDomainError(checked)) return invalidTag(checked.message);
  return addTags(tx, arn, 'acm:certificate', checked) && tooManyTags(arn);
};

export const addTagsToCertificate: Operation<AddTagsToCertificateRequest, Nothing> = (tx, input) =>
  withCertificate(tx, input.CertificateArn, ({ id }) => tagCertificate(tx, id, input.Tags) ?? {});

/** A tag with a value goes only if it has that value. */
export const removeTagsFromCertificate: Operation<RemoveTagsFromCertificateRequest, Nothing> = (
  tx,
  input,
) =>
  withCertificate(tx, input.CertificateArn, ({ id }) => {
    removeTags(tx, id, input.Tags ?? []);
    return {};
  });

export const listTagsForCertificate: Operation<
  ListTagsForCertificateRequest,
  ListTagsForCertificateResponse
> = (tx, input) =>
  withCertificate(tx, input.CertificateArn, ({ id }) => ({ Tags: [...tagsOf(tx, id)] }));
