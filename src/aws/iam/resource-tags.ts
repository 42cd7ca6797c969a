import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Tag } from '../shared/filters.ts';
import { addTags, checkTags, removeTags, tagsOf, type TagInput } from '../shared/tags.ts';
import { invalidInput, quotaExceeded } from './errors.ts';
import { listPage } from './paging.ts';

/** Tags are kept by ARN. Those that a request gives, checked; IAM knows InvalidInput alone for what is wrong with them. */
const requestedTags = (tags: readonly TagInput[] | undefined): readonly Tag[] | DomainError => {
  const keys = (tags ?? []).map((tag) => (tag.Key ?? '').toLowerCase());
  if (new Set(keys).size < keys.length) {
    return invalidInput(
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  const checked = checkTags(tags ?? []);
  return isDomainError(checked) ? invalidInput(checked.message) : checked;
};

/** Adds tags to the resource with this ARN or overwrites them; a key in another case is the same key. */
export const tagResource = (
  tx: Tx,
  arn: string,
  resourceType: string,
  tags: readonly TagInput[] | undefined,
): DomainError | undefined => {
  const checked = requestedTags(tags);
  if (isDomainError(checked)) return checked;
  const keys = new Set(checked.map((tag) => tag.Key.toLowerCase()));
  const replaced = tagsOf(tx, arn).filter((tag) => keys.has(tag.Key.toLowerCase()));
  removeTags(
    tx,
    arn,
    replaced.map(({ Key }) => ({ Key })),
  );
  return addTags(tx, arn, resourceType, checked) === undefined
    ? undefined
    : quotaExceeded('TagsPerResource', 50);
};

/** Removes the tags with these keys, in whatever case. */
export const untagResource = (tx: Tx, arn: string, keys: readonly string[] | undefined): void => {
  const wanted = new Set((keys ?? []).map((key) => key.toLowerCase()));
  removeTags(
    tx,
    arn,
    tagsOf(tx, arn)
      .filter((tag) => wanted.has(tag.Key.toLowerCase()))
      .map(({ Key }) => ({ Key })),
  );
};

/** One page of the tags of a resource, in the order of their keys. */
export const listTags = (
  view: View,
  arn: string,
  input: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
) => {
  const page = listPage(tagsOf(view, arn), input, (tag) => tag.Key);
  if (isDomainError(page)) return page;
  return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
};
