import { echo, WireFault } from './fault.ts';
import type { OperationModel, ServiceModel } from './model.ts';

/**
 * What Faultline answers for an operation that AWS has and it has not. The status is 501: the AWS SDKs retry
 * 500, 502, 503 and 504 alone, so the user reads this at once.
 */
export const notBuilt = (model: ServiceModel, operation: string): WireFault =>
  new WireFault(
    'NotImplemented',
    `${model.metadata.serviceId} has the operation ${operation}, but Faultline has not built it yet. ` +
      'docs/coverage.md lists the operations that there are.',
    501,
  );

const unknownOperation = (model: ServiceModel, operation: string): WireFault => {
  const name = echo(operation);
  switch (model.metadata.protocol) {
    case 'ec2':
      return new WireFault(
        'InvalidAction',
        `The action ${name} is not valid for this web service.`,
        400,
      );
    case 'query':
      return new WireFault(
        'InvalidAction',
        `Could not find operation ${name} for version ${model.metadata.apiVersion}`,
        400,
      );
    case 'json':
    case 'rest-json':
    case 'rest-xml':
    case 'smithy-rpc-v2-cbor':
      return new WireFault(
        'UnknownOperationException',
        `${model.metadata.serviceId} has no operation ${name}`,
        model.metadata.protocol === 'json' ? 400 : 404,
      );
  }
};

/** Finds an operation by name, or the fault that says whether AWS has it at all. */
export const lookUpOperation = (model: ServiceModel, name: string): OperationModel | WireFault => {
  const operation = model.operations.get(name);
  if (operation !== undefined) return operation;
  return model.unbuilt.has(name) ? notBuilt(model, name) : unknownOperation(model, name);
};
