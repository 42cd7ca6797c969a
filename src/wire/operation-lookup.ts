import { echo, UnknownCall } from './fault.ts';
import type { OperationModel, ServiceModel } from './model.ts';

const unknownOperation = (model: ServiceModel, operation: string): UnknownCall => {
  const name = echo(operation);
  switch (model.metadata.protocol) {
    case 'ec2':
      return new UnknownCall(
        'InvalidAction',
        `The action ${name} is not valid for this web service.`,
        400,
      );
    case 'query':
      return new UnknownCall(
        'InvalidAction',
        `Could not find operation ${name} for version ${model.metadata.apiVersion}`,
        400,
      );
    case 'json':
    case 'rest-json':
    case 'rest-xml':
    case 'smithy-rpc-v2-cbor':
      return new UnknownCall(
        'UnknownOperationException',
        `${model.metadata.serviceId} has no operation ${name}`,
        model.metadata.protocol === 'json' ? 400 : 404,
      );
  }
};

/** Finds an operation by name, or AWS's answer to one that it has not. */
export const lookUpOperation = (model: ServiceModel, name: string): OperationModel | UnknownCall =>
  model.operations.get(name) ?? unknownOperation(model, name);
