import type { InstanceMetadataOptionsRequest } from '@aws-sdk/client-ec2';
import type { DomainError } from '../../../world/domain-error.ts';
import { defineTable, type Entity } from '../../../world/entity.ts';
import type { View } from '../../../world/transaction.ts';
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

/** What an account says of new instances in a Region; a member that is absent is left to the image. */
export type MetadataDefaults = {
  readonly [Name in keyof Omit<InstanceMetadataSettings, 'httpProtocolIpv6'>]?:
    | InstanceMetadataSettings[Name]
    | undefined;
};

/** By the id `defaults`; none while the account has said nothing. */
export const MetadataDefaultsTable = defineTable<Entity & MetadataDefaults>(
  'ec2-instance-metadata-defaults',
);

/** What the account says here. */
export const metadataDefaultsOf = (view: View): MetadataDefaults =>
  view.get(MetadataDefaultsTable, 'defaults') ?? {};

/**
 * The options of an instance that is launched from an image and says nothing: the account's, else the image's ("Order of
 * precedence for instance metadata options", User Guide).
 */
export const defaultMetadataOptions = (
  view: View,
  imdsSupport: string | undefined,
): InstanceMetadataSettings => {
  const ofImage = imdsSupport === 'v2.0' ? v2Defaults : plainDefaults;
  const { httpTokens, httpPutResponseHopLimit, httpEndpoint, instanceMetadataTags } =
    metadataDefaultsOf(view);
  return {
    ...ofImage,
    httpTokens: httpTokens ?? ofImage.httpTokens,
    httpPutResponseHopLimit: httpPutResponseHopLimit ?? ofImage.httpPutResponseHopLimit,
    httpEndpoint: httpEndpoint ?? ofImage.httpEndpoint,
    instanceMetadataTags: instanceMetadataTags ?? ofImage.instanceMetadataTags,
  };
};

/** A hop limit beyond 1 to 64 is InvalidParameterValue. */
export const checkHopLimit = (hopLimit: number): DomainError | undefined =>
  hopLimit < 1 || hopLimit > 64
    ? invalidParameterValue(
        `Value (${hopLimit}) for parameter HttpPutResponseHopLimit is invalid. It must be from 1 to 64.`,
      )
    : undefined;

/** The options with what a request changes of them. A hop limit beyond 1 to 64 is InvalidParameterValue. */
export const withMetadataOptions = (
  before: InstanceMetadataSettings,
  asked: Plain<InstanceMetadataOptionsRequest> | undefined,
): InstanceMetadataSettings | DomainError => {
  const hopLimit = asked?.HttpPutResponseHopLimit ?? before.httpPutResponseHopLimit;
  const refusal = checkHopLimit(hopLimit);
  if (refusal !== undefined) return refusal;
  return {
    httpTokens: asked?.HttpTokens ?? before.httpTokens,
    httpPutResponseHopLimit: hopLimit,
    httpEndpoint: asked?.HttpEndpoint ?? before.httpEndpoint,
    httpProtocolIpv6: asked?.HttpProtocolIpv6 ?? before.httpProtocolIpv6,
    instanceMetadataTags: asked?.InstanceMetadataTags ?? before.instanceMetadataTags,
  };
};
