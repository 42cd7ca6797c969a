import { operationAt, type AwsService } from './aws-operations.ts';
import { headerOf, type WireRequest } from './protocols/codec.ts';
import { queryParameters } from './protocols/query-call.ts';

/** `/service/SERVICE/operation/OPERATION`, as rpcV2Cbor has it. */
const cborPath = /\/operation\/([A-Za-z0-9_]+)$/;

/** What a request calls its operation; undefined where its path says it. */
const namedOperation = (request: WireRequest): string | undefined => {
  if (headerOf(request, 'smithy-protocol') === 'rpc-v2-cbor') {
    return cborPath.exec(request.path)?.[1];
  }
  const target = headerOf(request, 'x-amz-target');
  if (target !== undefined) return target.slice(target.lastIndexOf('.') + 1);
  return queryParameters(request)?.get('Action')?.text;
};

/** An operation of AWS's that a request asks for. */
export interface FoundOperation {
  readonly service: AwsService;
  readonly operation: string;
}

/** The operation that a request asks for, among the services of one scope. */
export const findOperation = (
  candidates: readonly AwsService[],
  request: WireRequest,
): FoundOperation | undefined => {
  const named = namedOperation(request);
  const version = queryParameters(request)?.get('Version')?.text;
  const found = candidates.flatMap((service): readonly FoundOperation[] => {
    const operation = named ?? operationAt(service, request);
    return operation !== undefined && service.operations[operation] !== undefined
      ? [{ service, operation }]
      : [];
  });
  return found.find(({ service }) => service.version === version) ?? found[0];
};
