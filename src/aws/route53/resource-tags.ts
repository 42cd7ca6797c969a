import type {
  ChangeTagsForResourceRequest,
  ChangeTagsForResourceResponse,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  ListTagsForResourcesRequest,
  ListTagsForResourcesResponse,
  ResourceTagSet,
  TagResourceType,
} from '@aws-sdk/client-route-53';
import type { DomainError } from '../../world/domain-error.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { addTags, checkTags, removeTags, tagsOf } from '../shared/tags.ts';
import { invalidInput } from './errors.ts';
import { healthCheckOf } from './health-checks.ts';
import { hostedZoneOf } from './hosted-zones.ts';
import { bareId } from './ids.ts';

/** The id of the resource that a request names, or the error that there is none. */
const resourceIdOf = (
  view: View,
  type: TagResourceType | undefined,
  id: string | undefined,
): string | DomainError => {
  const bare = bareId(id ?? '');
  const found = type === 'healthcheck' ? healthCheckOf(view, bare) : hostedZoneOf(view, bare);
  return isDomainError(found) ? found : found.id;
};

/** Tags are written once for all services; Route 53 knows only InvalidInput for what is wrong with them. */
const asInvalidInput = (error: DomainError): DomainError => invalidInput(error.message);

/** ChangeTagsForResource: adds and overwrites, then removes. */
export const changeTagsForResource: Operation<
  ChangeTagsForResourceRequest,
  ChangeTagsForResourceResponse
> = (tx, input) => {
  const id = resourceIdOf(tx, input.ResourceType, input.ResourceId);
  if (isDomainError(id)) return id;
  const added = checkTags(input.AddTags ?? []);
  if (isDomainError(added)) return asInvalidInput(added);
  const refusal = addTags(tx, id, input.ResourceType ?? 'hostedzone', added);
  if (refusal !== undefined) return asInvalidInput(refusal);
  removeTags(
    tx,
    id,
    (input.RemoveTagKeys ?? []).map((Key) => ({ Key })),
  );
  return {};
};

const tagSetOf = (
  view: View,
  type: TagResourceType | undefined,
  id: string,
): Plain<ResourceTagSet> => ({
  ...(type === undefined ? {} : { ResourceType: type }),
  ResourceId: id,
  Tags: tagsOf(view, id).map((tag) => ({ Key: tag.Key, Value: tag.Value })),
});

/** ListTagsForResource. */
export const listTagsForResource: Operation<
  ListTagsForResourceRequest,
  ListTagsForResourceResponse
> = (tx, input) => {
  const id = resourceIdOf(tx, input.ResourceType, input.ResourceId);
  return isDomainError(id) ? id : { ResourceTagSet: tagSetOf(tx, input.ResourceType, id) };
};

/** ListTagsForResources: one unknown resource refuses them all. */
export const listTagsForResources: Operation<
  ListTagsForResourcesRequest,
  ListTagsForResourcesResponse
> = (tx, input) => {
  const sets: Plain<ResourceTagSet>[] = [];
  for (const resourceId of input.ResourceIds ?? []) {
    const id = resourceIdOf(tx, input.ResourceType, resourceId);
    if (isDomainError(id)) return id;
    sets.push(tagSetOf(tx, input.ResourceType, id));
  }
  return { ResourceTagSets: sets };
};
