import { readAwsHost } from './aws-host.ts';
import { operationAt, servicesWithUnsigned, type AwsService } from './aws-operations.ts';
import type { CredentialScope } from './credential-scope.ts';
import { headerOf, type WireRequest } from './protocols/codec.ts';
import { queryParameters } from './protocols/query-call.ts';

/** Where AWS answers a request that names no Region: its global endpoints are there. */
const usualRegion = 'us-east-1';

const named = (request: WireRequest): AwsService | undefined => {
  const target = headerOf(request, 'x-amz-target');
  const parameters = target === undefined ? queryParameters(request) : undefined;
  const action = parameters?.get('Action')?.text;
  const version = parameters?.get('Version')?.text;
  return servicesWithUnsigned().find((service) => {
    const operations = service.unsigned ?? [];
    if (target !== undefined) {
      return operations.some((operation) => target === `${service.target ?? ''}.${operation}`);
    }
    if (action !== undefined) {
      return (
        service.protocol === 'query' &&
        operations.includes(action) &&
        (version ?? service.version) === service.version
      );
    }
    const operation = operationAt(service, request);
    return operation !== undefined && operations.includes(operation);
  });
};

/** Whether the operation of a request may be named in its body: then that has to be read before anybody knows it. */
export const mayNameInBody = (request: Pick<WireRequest, 'headers'>): boolean => {
  const type = request.headers['content-type'];
  return typeof type === 'string' && type.startsWith('application/x-www-form-urlencoded');
};

const regionOf = (request: WireRequest): string =>
  readAwsHost(headerOf(request, 'host'))?.region ?? usualRegion;

/** Whether a request that nobody signed with a version that says it may be S3's: its operations are named by path alone. */
export const isS3Alike = (request: WireRequest): boolean =>
  headerOf(request, 'x-amz-target') === undefined &&
  headerOf(request, 'smithy-protocol') === undefined &&
  // No bucket's name begins so; paths of emulators' own do.
  !request.path.startsWith('/_') &&
  queryParameters(request)?.get('Action') === undefined;

/** The scope of such a request, with the key that an older signature names. */
export const s3Scope = (request: WireRequest, accessKeyId: string): CredentialScope => ({
  accessKeyId,
  date: '',
  region: regionOf(request),
  service: 's3',
  presigned: false,
  unsigned: true,
});

/**
 * The scope of a request that nobody signed, where AWS asks for no signature (botocore's models name those operations:
 * AssumeRoleWithWebIdentity, AssumeRoleWithSAML, Cognito's sign-up and others); undefined where it does. The Region is its
 * host's, and nobody's key stands for the default account.
 */
export const unsignedScope = (request: WireRequest): CredentialScope | undefined => {
  const service = named(request);
  if (service === undefined) return undefined;
  return {
    accessKeyId: '',
    date: '',
    region: regionOf(request),
    service: service.scope,
    presigned: false,
    unsigned: true,
  };
};
