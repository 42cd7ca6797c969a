import { services } from '../aws/services.ts';
import { awsServicesOf, listedVersion, operationAt, type AwsService } from './aws-operations.ts';
import type { CredentialScope } from './credential-scope.ts';
import { echo, WireFault, type UnknownCall } from './fault.ts';
import type { ProtocolName, ServiceModel } from './model.ts';
import { guessProtocol, headerOf, type WireRequest } from './protocols/codec.ts';
import { queryParameters } from './protocols/query-call.ts';

/** A refusal of what Faultline does not have, and the protocol that the client reads. */
export interface NotHere {
  readonly fault: WireFault;
  readonly protocol: ProtocolName;
}

/** The status is 501: the AWS SDKs retry 500, 502, 503 and 504 alone, so the user reads this at once. */
const notImplemented = (message: string): WireFault =>
  new WireFault('NotImplemented', message, 501);

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

interface Found {
  readonly service: AwsService;
  readonly operation: string;
}

/** The operation that a request asks for, among the services of one scope. */
const findOperation = (
  candidates: readonly AwsService[],
  request: WireRequest,
): Found | undefined => {
  const named = namedOperation(request);
  const version = queryParameters(request)?.get('Version')?.text;
  const found = candidates.flatMap((service): readonly Found[] => {
    const operation = named ?? operationAt(service, request);
    return operation !== undefined && service.operations[operation] !== undefined
      ? [{ service, operation }]
      : [];
  });
  return found.find(({ service }) => service.version === version) ?? found[0];
};

/** What is answered for a service that Faultline does not have, by the name of the operation where AWS has it. */
export const serviceNotHere = async (
  { service }: CredentialScope,
  request: WireRequest,
): Promise<NotHere> => {
  const candidates = await awsServicesOf(service);
  const found = findOperation(candidates, request);
  const what =
    found === undefined ? '' : `${found.service.id} has the operation ${found.operation}, but `;
  const names = services.map(({ name }) => name).toSorted();
  const fault = notImplemented(
    `${what}Faultline has no service '${echo(service)}'. It has ${names.join(', ')}; docs/coverage.md lists their operations.`,
  );
  const listed = found?.service ?? candidates[0];
  return { fault, protocol: guessProtocol(request, listed?.protocol) };
};

/**
 * What is answered for a call that the model of a built service does not have. An operation that AWS has is told by its name;
 * for any other the answer is AWS's, and says how new the list of AWS's operations is: a newer SDK may know more.
 */
export const operationNotHere = async (
  model: ServiceModel,
  request: WireRequest,
  fault: UnknownCall,
): Promise<WireFault> => {
  const found = findOperation(await awsServicesOf(model.name), request);
  if (found !== undefined) {
    return notImplemented(
      `${found.service.id} has the operation ${found.operation}, but Faultline has not built it yet. ` +
        'docs/coverage.md lists the operations that there are.',
    );
  }
  return new WireFault(
    fault.code,
    `${fault.message} (Faultline knows the operations that AWS had in botocore ${await listedVersion()}.)`,
    fault.status,
  );
};
