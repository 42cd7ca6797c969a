import type { InstanceMetadataOptionsRequest } from '@aws-sdk/client-ec2';
import type { DomainError } from '../../../world/domain-error.ts';
import type { Plain } from '../../operation.ts';
import { invalidParameterValue } from '../errors.ts';
import type { InstanceMetadataSettings } from './instance-entities.ts';

/** What an image without a wish of its own leads to ("Configure the instance metadata options", User Guide). */
const plainDefaults: InstanceMetadataSettings = {
  httpTokens: 'optional',
  httpPutResponseHopLimit: 1,
  httpEndpoint: 'enabled',
  httpProtocolIpv6: 'disabled',
  instanceMetadataTags: 'disabled',
};

/** An image with ImdsSupport `v2.0` asks for tokens, and allows them a second hop for containers. */
const v2Defaults: InstanceMetadataSettings = {
  ...plainDefaults,
  httpTokens: 'required',
  httpPutResponseHopLimit: 2,
};

/** The options of an instance that is launched from an image and says nothing. */
export const defaultMetadataOptions = (imdsSupport: string | undefined): InstanceMetadataSettings =>
  imdsSupport === 'v2.0' ? v2Defaults : plainDefaults;

/** The options with what a request changes of them. A hop limit beyond 1 to 64 is InvalidParameterValue. */
export const withMetadataOptions = (
  before: InstanceMetadataSettings,
  asked: Plain<InstanceMetadataOptionsRequest> | undefined,
): InstanceMetadataSettings | DomainError => {
  const hopLimit = asked?.HttpPutResponseHopLimit ?? before.httpPutResponseHopLimit;
  if (hopLimit < 1 || hopLimit > 64) {
    return invalidParameterValue(
      `Value (${hopLimit}) for parameter HttpPutResponseHopLimit is invalid. It must be from 1 to 64.`,
    );
  }
  return {
    httpTokens: asked?.HttpTokens ?? before.httpTokens,
    httpPutResponseHopLimit: hopLimit,
    httpEndpoint: asked?.HttpEndpoint ?? before.httpEndpoint,
    httpProtocolIpv6: asked?.HttpProtocolIpv6 ?? before.httpProtocolIpv6,
    instanceMetadataTags: asked?.InstanceMetadataTags ?? before.instanceMetadataTags,
  };
};
