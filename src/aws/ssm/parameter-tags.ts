import type {
  AddTagsToResourceRequest,
  ListTagsForResourceRequest,
  ListTagsForResourceResult,
  RemoveTagsFromResourceRequest,
} from '@aws-sdk/client-ssm';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { addTags, checkTags, removeTags, tagsOf, type TagInput } from '../shared/tags.ts';
import { Parameters } from './entities.ts';
import { notBuilt, validation } from './errors.ts';
import { nameOfArn, parameterArn } from './own-parameters.ts';

/** Gives a parameter tags. Errors: ValidationException, TooManyTagsError. */
export const tagParameter = (
  tx: Tx,
  arn: string,
  tags: readonly TagInput[] = [],
): DomainError | undefined => {
  const checked = checkTags(tags);
  if (isDomainError(checked)) return validation(checked.message);
  return (
    addTags(tx, arn, 'ssm:parameter', checked) &&
    new DomainError(
      'TooManyTagsError',
      'The Targets parameter includes too many tags. Remove one or more tags and try the command again.',
    )
  );
};

/** The ARN of the parameter that a request about tags names. Errors: InvalidResourceId, NotImplemented. */
const taggedArn = (
  view: View,
  input: {
    readonly ResourceType?: string | undefined;
    readonly ResourceId?: string | undefined;
  },
): string | DomainError => {
  if (input.ResourceType !== 'Parameter') {
    return notBuilt(`tags of resources of the type ${input.ResourceType ?? ''}`);
  }
  const name = nameOfArn(view, input.ResourceId ?? '');
  return view.get(Parameters, name) === undefined
    ? new DomainError(
        'InvalidResourceId',
        'The resource ID is not valid. Verify that you entered the correct ID and try again.',
      )
    : parameterArn(view, name);
};

export const addTagsToResource: Operation<AddTagsToResourceRequest, Nothing> = (tx, input) => {
  const arn = taggedArn(tx, input);
  return isDomainError(arn) ? arn : (tagParameter(tx, arn, input.Tags) ?? {});
};

export const removeTagsFromResource: Operation<RemoveTagsFromResourceRequest, Nothing> = (
  tx,
  input,
) => {
  const arn = taggedArn(tx, input);
  if (isDomainError(arn)) return arn;
  removeTags(
    tx,
    arn,
    (input.TagKeys ?? []).map((Key) => ({ Key })),
  );
  return {};
};

export const listTagsForResource: Operation<
  ListTagsForResourceRequest,
  ListTagsForResourceResult
> = (tx, input) => {
  const arn = taggedArn(tx, input);
  return isDomainError(arn) ? arn : { TagList: [...tagsOf(tx, arn)] };
};
