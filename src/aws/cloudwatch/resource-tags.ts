import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  TagResourceInput,
  TagResourceOutput,
  UntagResourceInput,
  UntagResourceOutput,
} from '@aws-sdk/client-cloudwatch';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { addTags, checkTags, removeTags, tagsOf } from '../shared/tags.ts';
import { Alarms } from './entities.ts';
import { invalidValue, resourceNotFound } from './errors.ts';

const missing = (view: View, arn: string): DomainError | undefined => {
  const prefix = `arn:aws:cloudwatch:${view.shard}:${view.account}:alarm:`;
  return arn.startsWith(prefix) && view.get(Alarms, arn.slice(prefix.length)) !== undefined
    ? undefined
    : resourceNotFound(arn);
};

/** Adds tags to an alarm; a key that is there is overwritten. */
export const tagResource: Operation<TagResourceInput, TagResourceOutput> = (tx, input) => {
  const { ResourceARN: arn = '' } = input;
  const absent = missing(tx, arn);
  if (absent !== undefined) return absent;
  const tags = checkTags(input.Tags ?? []);
  if (isDomainError(tags)) return invalidValue(tags.message);
  const tooMany = addTags(tx, arn, 'cloudwatch:alarm', tags);
  return tooMany === undefined ? {} : invalidValue(tooMany.message);
};

/** Removes tags of an alarm by their keys. */
export const untagResource: Operation<UntagResourceInput, UntagResourceOutput> = (tx, input) => {
  const { ResourceARN: arn = '' } = input;
  const absent = missing(tx, arn);
  if (absent !== undefined) return absent;
  const keys = input.TagKeys ?? [];
  removeTags(
    tx,
    arn,
    keys.map((Key) => ({ Key })),
  );
  return {};
};

/** The tags of an alarm. */
export const listTagsForResource: Operation<ListTagsForResourceInput, ListTagsForResourceOutput> = (
  tx,
  input,
) => {
  const { ResourceARN: arn = '' } = input;
  return missing(tx, arn) ?? { Tags: tagsOf(tx, arn) };
};
