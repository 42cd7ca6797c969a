import { services } from '../aws/services.ts';
import { awsServicesOf, listedVersion } from './aws-operations.ts';
import type { CredentialScope } from './credential-scope.ts';
import { echo, WireFault, type UnknownCall } from './fault.ts';
import { findOperation } from './find-operation.ts';
import type { ServiceModel } from './model.ts';
import { guessProtocol, type Codec, type WireRequest } from './protocols/codec.ts';
import { errorCodecOf } from './protocols/codecs.ts';

/** A refusal of what Faultline does not have, and the codec of what the client reads. */
export interface NotHere {
  readonly fault: WireFault;
  readonly codec: Codec;
}

/** The status is 501: the AWS SDKs retry 500, 502, 503 and 504 alone, so the user reads this at once. */
const notImplemented = (message: string): WireFault =>
  new WireFault('NotImplemented', message, 501);

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
  return { fault, codec: errorCodecOf(service, guessProtocol(request, listed?.protocol)) };
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
