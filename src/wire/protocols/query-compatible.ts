import type { DomainError } from '../../world/domain-error.ts';
import { statusOf } from '../fault.ts';
import type { ServiceModel } from '../model.ts';

/**
 * What a service that once spoke the query protocol adds to its errors in newer ones, so that programs which go by the old
 * codes keep working: the shape's name is in the body, the old code in a header. Source: Smithy, "AWS query compatible trait".
 */
export interface CompatibleError {
  /** The name of the error's shape, or its code when the model has no such shape. */
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The name and headers of an error of a service; without additions for services that never spoke query. */
export const compatibleError = (
  model: ServiceModel | undefined,
  error: DomainError,
): CompatibleError => {
  if (model?.metadata.awsQueryCompatible === undefined) return { type: error.code, headers: {} };
  const fault = statusOf(error, model) >= 500 ? 'Receiver' : 'Sender';
  return {
    type: model.errors.get(error.code)?.shape.name ?? error.code,
    headers: { 'x-amzn-query-error': `${error.code};${fault}` },
  };
};

/** The code of a request that breaks the model's rules: query-compatible services keep the old one. */
export const violationCode = (model: ServiceModel): 'ValidationError' | 'ValidationException' =>
  model.metadata.awsQueryCompatible === undefined ? 'ValidationException' : 'ValidationError';
