import type {
  ListResourceTagsRequest,
  ListResourceTagsResponse,
  Tag,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-kms';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { addTags, checkTags, removeTags, tagsOf } from '../shared/tags.ts';
import { changeableKey } from './changeable-key.ts';
import { limitExceeded } from './errors.ts';
import { deletionFault, findKey, type FoundKey } from './find-key.ts';
import { markedPage } from './marked-page.ts';

/** Tags as requests of KMS carry them, checked. Error: TagException. */
export const checkedTags = (tags: readonly Plain<Tag>[] = []): ReturnType<typeof checkTags> => {
  const checked = checkTags(tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })));
  return isDomainError(checked) ? new DomainError('TagException', checked.message) : checked;
};

/** Gives a key tags. Errors: TagException, LimitExceededException. */
export const tagKey = (
  { arn, tx }: Pick<FoundKey, 'arn' | 'tx'>,
  tags?: readonly Plain<Tag>[],
): DomainError | undefined => {
  const checked = checkedTags(tags);
  if (isDomainError(checked)) return checked;
  return (
    addTags(tx, arn, 'kms:key', checked) && limitExceeded(`Key ${arn} would have too many tags.`)
  );
};

export const tagResource: Operation<TagResourceRequest, Nothing> = (tx, input) => {
  const found = changeableKey(tx, input.KeyId, 'TagResource');
  if (isDomainError(found)) return found;
  return deletionFault(found) ?? tagKey(found, input.Tags) ?? {};
};

export const untagResource: Operation<UntagResourceRequest, Nothing> = (tx, input) => {
  const found = changeableKey(tx, input.KeyId, 'UntagResource');
  if (isDomainError(found)) return found;
  const fault = deletionFault(found);
  if (fault !== undefined) return fault;
  removeTags(
    found.tx,
    found.arn,
    (input.TagKeys ?? []).map((Key) => ({ Key })),
  );
  return {};
};

export const listResourceTags: Operation<ListResourceTagsRequest, ListResourceTagsResponse> = (
  tx,
  input,
) => {
  const found = findKey(tx, input.KeyId);
  if (isDomainError(found)) return found;
  const page = markedPage(tagsOf(found.tx, found.arn), input, 50, ({ Key }) => Key);
  if (isDomainError(page)) return page;
  return {
    Tags: page.items.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
    ...page.next,
  };
};
