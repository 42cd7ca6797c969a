import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-service-quotas';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { addTags, checkTags, removeTags, tagsOf } from '../shared/tags.ts';
import { quotaArn, quotaById } from './catalogue.ts';
import { illegalArgument, noSuchArn, tooManyTags } from './errors.ts';

/** The ARN of a quota of this account and Region. */
const known = (view: View, arn: string | undefined): string | DomainError => {
  const [, id = ''] = /^arn:aws:servicequotas:[\w-]*:\d{12}:(.+)$/.exec(arn ?? '') ?? [];
  const quota = quotaById(view, id);
  return quota !== undefined && quotaArn(view, quota) === arn ? arn : noSuchArn();
};

export const listTagsForResource: Operation<
  ListTagsForResourceRequest,
  ListTagsForResourceResponse
> = (tx, input) => {
  const arn = known(tx, input.ResourceARN);
  return isDomainError(arn) ? arn : { Tags: tagsOf(tx, arn) };
};

export const tagResource: Operation<TagResourceRequest, Nothing> = (tx, input) => {
  const arn = known(tx, input.ResourceARN);
  if (isDomainError(arn)) return arn;
  const tags = checkTags(input.Tags ?? []);
  if (isDomainError(tags)) return illegalArgument(tags.message);
  return addTags(tx, arn, 'service-quota', tags) === undefined ? {} : tooManyTags();
};

export const untagResource: Operation<UntagResourceRequest, Nothing> = (tx, input) => {
  const arn = known(tx, input.ResourceARN);
  if (isDomainError(arn)) return arn;
  removeTags(
    tx,
    arn,
    (input.TagKeys ?? []).map((Key) => ({ Key })),
  );
  return {};
};
