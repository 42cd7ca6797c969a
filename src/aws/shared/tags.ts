import { DomainError, isDomainError } from '../../world/domain-error.ts';
import { defineTable, type Entity } from '../../world/entity.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Tag } from './filters.ts';

/** The tags of one resource of any service; the id is the resource's id or ARN. */
export interface TagSet extends Entity {
  readonly resourceType: string;
  /** In the order of their keys, as Describe operations give them. */
  readonly tags: readonly Tag[];
}

/** Tags of all resources of a shard. A resource without tags has no entry. */
export const TagSets = defineTable<TagSet>('tag-sets');

/** A tag as requests carry it. */
export interface TagInput {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags for the resources that an operation creates, as EC2's requests carry them. */
export interface TagSpecificationInput {
  readonly ResourceType?: string | undefined;
  readonly Tags?: readonly TagInput[] | undefined;
}

/** "Tag restrictions", Amazon EC2 User Guide. */
const limits = { tagsPerResource: 50, keyLength: 128, valueLength: 256 } as const;

/** The tags of a resource, in the order of their keys. */
export const tagsOf = (view: View, resourceId: string): readonly Tag[] =>
  view.get(TagSets, resourceId)?.tags ?? [];

const checkTag = (tag: TagInput): Tag | DomainError => {
  const { Key: key = '', Value: value = '' } = tag;
  if (key === '' || key.length > limits.keyLength) {
    return new DomainError(
      'InvalidParameterValue',
      `Tag key exceeds the maximum length of ${limits.keyLength} characters or is empty.`,
    );
  }
  if (value.length > limits.valueLength) {
    return new DomainError(
      'InvalidParameterValue',
      `Tag value exceeds the maximum length of ${limits.valueLength} characters.`,
    );
  }
  if (/^aws:/i.test(key)) {
    return new DomainError(
      'InvalidParameterValue',
      "Tag keys starting with 'aws:' are reserved for internal use",
    );
  }
  return { Key: key, Value: value };
};

/** Checks tags as they come in a request: their form, and no key twice. */
export const checkTags = (tags: readonly TagInput[]): readonly Tag[] | DomainError => {
  const checked: Tag[] = [];
  for (const tag of tags) {
    const result = checkTag(tag);
    if (isDomainError(result)) return result;
    if (checked.some((other) => other.Key === result.Key)) {
      return new DomainError(
        'InvalidParameterValue',
        `Duplicate tag key '${result.Key}' specified.`,
      );
    }
    checked.push(result);
  }
  return checked;
};

/**
 * The tags that an operation's TagSpecifications give to resources of one type. `allowed` names all types that
 * the operation creates; a specification for another is `InvalidParameterValue`, as EC2 answers it.
 */
export const tagsForType = (
  specifications: readonly TagSpecificationInput[] | undefined,
  resourceType: string,
  allowed: readonly string[] = [resourceType],
): readonly Tag[] | DomainError => {
  const tags: TagInput[] = [];
  for (const specification of specifications ?? []) {
    const type = specification.ResourceType ?? '';
    if (!allowed.includes(type)) {
      return new DomainError(
        'InvalidParameterValue',
        `'${type}' is not a valid taggable resource type for this operation.`,
      );
    }
    if (type === resourceType) tags.push(...(specification.Tags ?? []));
  }
  return checkTags(tags);
};

const byKey = (a: Tag, b: Tag): number => (a.Key < b.Key ? -1 : a.Key > b.Key ? 1 : 0);

/** Adds tags to a resource or overwrites them; more than fifty are `TagLimitExceeded`. */
export const addTags = (
  tx: Tx,
  resourceId: string,
  resourceType: string,
  added: readonly Tag[],
): DomainError | undefined => {
  if (added.length === 0) return undefined;
  const kept = tagsOf(tx, resourceId).filter(
    (tag) => !added.some((other) => other.Key === tag.Key),
  );
  const tags = [...kept, ...added].toSorted(byKey);
  if (tags.length > limits.tagsPerResource) {
    return new DomainError(
      'TagLimitExceeded',
      `You have reached the maximum number of tags on the resource '${resourceId}'.`,
    );
  }
  tx.put(TagSets, { id: resourceId, resourceType, tags });
  return undefined;
};

/** Removes the tags that match; a key without a value matches any value, as in EC2's DeleteTags. */
export const removeTags = (tx: Tx, resourceId: string, removed: readonly TagInput[]): void => {
  const set = tx.get(TagSets, resourceId);
  if (set === undefined) return;
  const tags = set.tags.filter(
    (tag) =>
      !removed.some(
        (other) =>
          other.Key === tag.Key && (other.Value === undefined || other.Value === tag.Value),
      ),
  );
  if (tags.length === 0) tx.delete(TagSets, resourceId);
  else tx.put(TagSets, { ...set, tags });
};

/** Removes all tags of a resource: when it is deleted. */
export const forgetTags = (tx: Tx, resourceId: string): void => tx.delete(TagSets, resourceId);
