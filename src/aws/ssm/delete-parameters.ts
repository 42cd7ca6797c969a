import type {
  DeleteParameterRequest,
  DeleteParametersRequest,
  DeleteParametersResult,
} from '@aws-sdk/client-ssm';
import type { Tx } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { Parameters, ParameterVersions } from './entities.ts';
import { parameterNotFound } from './errors.ts';
import { nameOfArn, parameterArn, versionsOf } from './own-parameters.ts';

/** Takes a parameter away with all its versions; answers whether it was there. */
const removed = (tx: Tx, asked: string): boolean => {
  const name = nameOfArn(tx, asked);
  if (tx.get(Parameters, name) === undefined) return false;
  for (const { id } of versionsOf(tx, name)) tx.delete(ParameterVersions, id);
  forgetTags(tx, parameterArn(tx, name));
  tx.delete(Parameters, name);
  return true;
};

export const deleteParameter: Operation<DeleteParameterRequest, Nothing> = (tx, input) =>
  removed(tx, input.Name ?? '') ? {} : parameterNotFound(input.Name ?? '');

/** Names that are not there are listed in the answer; they are not an error. */
export const deleteParameters: Operation<DeleteParametersRequest, DeleteParametersResult> = (
  tx,
  input,
) => {
  const names = [...new Set(input.Names ?? [])];
  const deleted = names.filter((name) => removed(tx, name));
  return {
    DeletedParameters: deleted,
    InvalidParameters: names.filter((name) => !deleted.includes(name)),
  };
};
