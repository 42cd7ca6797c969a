import { services } from '../aws/services.ts';
import type { CredentialScope } from './credential-scope.ts';
import type { NotHere } from './not-here.ts';
import { serviceModel } from './model.ts';
import type { ProtocolName, ServiceModel } from './model.ts';
import { codecOf } from './protocols/codecs.ts';
import { protocolOf } from './protocols/codec.ts';
import type { Codec, WireRequest } from './protocols/codec.ts';
import { isAnsweredInJson, queryInJson } from './protocols/query-in-json.ts';

/** A request whose service is known, with the codec that it speaks. */
export interface RoutedService {
  readonly model: ServiceModel;
  readonly codec: Codec;
  readonly protocol: ProtocolName;
}

const isBuilt: ReadonlySet<string> = new Set(services.map(({ name }) => name));

/** Finds the service of a scope and the protocol of the request. */
export const routeService = async (
  scope: CredentialScope,
  request: WireRequest,
): Promise<RoutedService | NotHere> => {
  if (!isBuilt.has(scope.service)) {
    // Loaded on the first use: most clients ask for what is there.
    const { serviceNotHere } = await import('./not-here.ts');
    return serviceNotHere(scope, request);
  }
  const model = await serviceModel(scope.service);
  const protocol = protocolOf(model, request);
  const codec = isAnsweredInJson(model, request) ? queryInJson : codecOf(protocol);
  return { model, codec, protocol };
};
