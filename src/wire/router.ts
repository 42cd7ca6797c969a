import { services } from '../aws/services.ts';
import type { CredentialScope } from './credential-scope.ts';
import { echo, WireFault } from './fault.ts';
import { serviceModel } from './model.ts';
import type { ProtocolName, ServiceModel } from './model.ts';
import { codecOf } from './protocols/codecs.ts';
import { headerOf, protocolOf } from './protocols/codec.ts';
import type { Codec, WireRequest } from './protocols/codec.ts';
import { isAnsweredInJson, queryInJson } from './protocols/query-in-json.ts';

/** A request whose service is known, with the codec that it speaks. */
export interface RoutedService {
  readonly model: ServiceModel;
  readonly codec: Codec;
  readonly protocol: ProtocolName;
}

const isBuilt: ReadonlySet<string> = new Set(services.map(({ name }) => name));

/** Services of AWS that speak rest-xml; every other one whose operations have paths speaks rest-json. */
const restXmlServices: ReadonlySet<string> = new Set(['cloudfront', 'route53', 's3', 's3express']);

/**
 * The codec for errors of requests whose service is not known or not built: by what the request looks like,
 * so that the client that sent it can read the answer.
 */
export const guessCodec = (request: WireRequest, service?: string): Codec => {
  if (headerOf(request, 'smithy-protocol') === 'rpc-v2-cbor') {
    return codecOf('smithy-rpc-v2-cbor');
  }
  const contentType = headerOf(request, 'content-type') ?? '';
  if (
    headerOf(request, 'x-amz-target') !== undefined ||
    contentType.startsWith('application/x-amz-json')
  ) {
    return codecOf('json');
  }
  if (service !== undefined && restXmlServices.has(service)) return codecOf('rest-xml');
  const hasPath = request.path !== '/' && service !== undefined;
  return codecOf(hasPath || contentType.startsWith('application/json') ? 'rest-json' : 'query');
};

const unknownService = (service: string): WireFault =>
  new WireFault(
    'NotImplemented',
    `Faultline has no service '${echo(service)}'. It has ${[...isBuilt].toSorted().join(', ')}; docs/coverage.md lists their operations.`,
    501,
  );

/** Finds the service of a scope and the protocol of the request. */
export const routeService = async (
  scope: CredentialScope,
  request: WireRequest,
): Promise<RoutedService | WireFault> => {
  if (!isBuilt.has(scope.service)) return unknownService(scope.service);
  const model = await serviceModel(scope.service);
  const protocol = protocolOf(model, request);
  const codec = isAnsweredInJson(model, request) ? queryInJson : codecOf(protocol);
  return { model, codec, protocol };
};
