import type {
  AddTagsInput,
  AddTagsOutput,
  DescribeTagsInput,
  DescribeTagsOutput,
  RemoveTagsInput,
  RemoveTagsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import type { Tag } from '../shared/filters.ts';
import {
  addTags as putTags,
  checkTags,
  removeTags as dropTags,
  tagsOf,
  type TagInput,
} from '../shared/tags.ts';
import { arnKind, quotas } from './arns.ts';
import { Listeners, LoadBalancers, TargetGroups } from './entities.ts';
import {
  listenerNotFound,
  loadBalancerNotFound,
  ruleNotFound,
  targetGroupNotFound,
  tooMany,
  validation,
} from './errors.ts';

/** Checks tags of a request in this service's codes: `DuplicateTagKeys`, `TooManyTags`, `ValidationError`. */
export const checkedTags = (
  tags: readonly TagInput[] | undefined,
): readonly Tag[] | DomainError => {
  const given = tags ?? [];
  if (new Set(given.map((tag) => tag.Key)).size < given.length) {
    return new DomainError('DuplicateTagKeys', 'A tag key was specified more than once');
  }
  if (given.length > quotas.tagsPerResource) return tooMany('Tags', quotas.tagsPerResource);
  const checked = checkTags(given);
  return isDomainError(checked) ? validation(checked.message) : checked;
};

/** Puts tags on a resource of this service. */
export const tagResource = (tx: Tx, arn: string, tags: readonly Tag[]): DomainError | undefined => {
  const refused = putTags(tx, arn, arnKind(arn) ?? '', tags);
  return isDomainError(refused) ? tooMany('Tags', quotas.tagsPerResource) : undefined;
};

/** The resource that an ARN names must exist. */
const missing = (view: View, arn: string): DomainError | undefined => {
  switch (arnKind(arn)) {
    case 'loadbalancer':
      return view.get(LoadBalancers, arn) === undefined ? loadBalancerNotFound() : undefined;
    case 'targetgroup':
      return view.get(TargetGroups, arn) === undefined ? targetGroupNotFound() : undefined;
    case 'listener':
      return view.get(Listeners, arn) === undefined ? listenerNotFound() : undefined;
    case 'listener-rule':
      return view.find(Listeners, 'rule', arn).length === 0 ? ruleNotFound() : undefined;
    case undefined:
      return validation(`'${arn}' is not a valid ARN`);
  }
};

const firstMissing = (view: View, arns: readonly string[] | undefined): DomainError | undefined => {
  for (const arn of arns ?? []) {
    const error = missing(view, arn);
    if (error !== undefined) return error;
  }
  return undefined;
};

/** Adds tags to load balancers, target groups, listeners or rules; a key that is there is overwritten. */
export const addTags: Operation<AddTagsInput, AddTagsOutput> = (tx, input) => {
  const tags = checkedTags(input.Tags);
  if (isDomainError(tags)) return tags;
  const absent = firstMissing(tx, input.ResourceArns);
  if (absent !== undefined) return absent;
  for (const arn of input.ResourceArns ?? []) {
    const refused = tagResource(tx, arn, tags);
    if (refused !== undefined) return refused;
  }
  return {};
};

/** Removes the tags with these keys. */
export const removeTags: Operation<RemoveTagsInput, RemoveTagsOutput> = (tx, input) => {
  const absent = firstMissing(tx, input.ResourceArns);
  if (absent !== undefined) return absent;
  for (const arn of input.ResourceArns ?? []) {
    dropTags(
      tx,
      arn,
      (input.TagKeys ?? []).map((Key) => ({ Key })),
    );
  }
  return {};
};

/** The tags of each resource. */
export const describeTags: Operation<DescribeTagsInput, DescribeTagsOutput> = (tx, input) => {
  const arns = input.ResourceArns ?? [];
  if (arns.length > 20) return validation('A maximum of 20 resources can be specified');
  const absent = firstMissing(tx, arns);
  if (absent !== undefined) return absent;
  return {
    TagDescriptions: arns.map((arn) => ({ ResourceArn: arn, Tags: [...tagsOf(tx, arn)] })),
  };
};
