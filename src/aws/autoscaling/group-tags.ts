import type {
  CreateOrUpdateTagsType,
  DeleteTagsType,
  DescribeTagsType,
  Tag,
  TagDescription,
  TagsType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Operation, Plain } from '../operation.ts';
import { applyFilters, type FilterFields } from '../shared/filters.ts';
import { AutoScalingGroups, type AutoScalingGroup, type GroupTag } from './entities.ts';
import { limitExceeded, validation } from './errors.ts';
import { existingGroup, page } from './lookups.ts';
import { quotas } from './quotas.ts';

type TagInput = Plain<Tag>;

const readTag = (tag: TagInput): GroupTag | DomainError => {
  const { Key: key = '', Value: value = '', PropagateAtLaunch } = tag;
  if (/^aws:/i.test(key)) {
    return validation(`Tag key ${key} is invalid: keys must not begin with 'aws:'.`);
  }
  return value.length > 256
    ? validation('Tag values must have at most 256 characters.')
    : { key, value, propagateAtLaunch: PropagateAtLaunch ?? false };
};

const byKey = (a: GroupTag, b: GroupTag): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** The tags of a request, in the order of their keys; of one key, the last. */
export const readTags = (tags: readonly TagInput[]): readonly GroupTag[] | DomainError => {
  const read = new Map<string, GroupTag>();
  for (const tag of tags) {
    const one = readTag(tag);
    if (isDomainError(one)) return one;
    read.set(one.key, one);
  }
  return read.size > quotas.tagsPerGroup
    ? limitExceeded(`An AutoScalingGroup can have ${quotas.tagsPerGroup} tags.`)
    : [...read.values()].toSorted(byKey);
};

const checkType = (tag: TagInput): DomainError | undefined =>
  (tag.ResourceType ?? 'auto-scaling-group') === 'auto-scaling-group'
    ? undefined
    : validation(`Invalid resource type: ${tag.ResourceType}. It must be auto-scaling-group.`);

/** CreateOrUpdateTags, of any groups. Instances that run keep the tags that they were launched with. */
export const createOrUpdateTags: Operation<CreateOrUpdateTagsType, Record<string, never>> = (
  tx,
  input,
) => {
  for (const tag of input.Tags ?? []) {
    const group = checkType(tag) ?? existingGroup(tx, tag.ResourceId);
    if (isDomainError(group)) return group;
    const one = readTag(tag);
    if (isDomainError(one)) return one;
    const tags = [...group.tags.filter((known) => known.key !== one.key), one].toSorted(byKey);
    if (tags.length > quotas.tagsPerGroup) {
      return limitExceeded(`An AutoScalingGroup can have ${quotas.tagsPerGroup} tags.`);
    }
    tx.put(AutoScalingGroups, { ...group, tags });
  }
  return {};
};

/** DeleteTags; a tag that is not there is no error. */
export const deleteTags: Operation<DeleteTagsType, Record<string, never>> = (tx, input) => {
  for (const tag of input.Tags ?? []) {
    const group = checkType(tag) ?? existingGroup(tx, tag.ResourceId);
    if (isDomainError(group)) return group;
    const tags = group.tags.filter((known) => known.key !== tag.Key);
    if (tags.length < group.tags.length) tx.put(AutoScalingGroups, { ...group, tags });
  }
  return {};
};

export const tagAnswers = (group: AutoScalingGroup): readonly Plain<TagDescription>[] =>
  group.tags.map((tag) => ({
    ResourceId: group.id,
    ResourceType: 'auto-scaling-group',
    Key: tag.key,
    Value: tag.value,
    PropagateAtLaunch: tag.propagateAtLaunch,
  }));

const fields: FilterFields<Plain<TagDescription>> = {
  'auto-scaling-group': (tag) => tag.ResourceId,
  key: (tag) => tag.Key,
  'propagate-at-launch': (tag) => tag.PropagateAtLaunch,
  value: (tag) => tag.Value,
};

/** DescribeTags: of all groups, filtered. */
export const describeTags: Operation<DescribeTagsType, TagsType> = (tx, input) => {
  const tags = applyFilters(tx.list(AutoScalingGroups).flatMap(tagAnswers), input.Filters, fields);
  if (isDomainError(tags)) return validation(tags.message);
  const shown = page(tags, input, (tag) => `${tag.ResourceId} ${tag.Key}`);
  if (isDomainError(shown)) return shown;
  return { Tags: shown.items, NextToken: shown.nextToken };
};
