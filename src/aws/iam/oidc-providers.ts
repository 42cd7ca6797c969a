import type {
  AddClientIDToOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderResponse,
  DeleteOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderResponse,
  ListOpenIDConnectProvidersRequest,
  ListOpenIDConnectProvidersResponse,
  ListOpenIDConnectProviderTagsRequest,
  ListOpenIDConnectProviderTagsResponse,
  RemoveClientIDFromOpenIDConnectProviderRequest,
  TagOpenIDConnectProviderRequest,
  UntagOpenIDConnectProviderRequest,
  UpdateOpenIDConnectProviderThumbprintRequest,
} from '@aws-sdk/client-iam';
import { hashHex } from '../../atlas/hash.ts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { forgetTags, tagsOf } from '../shared/tags.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import { OidcProviders, type OidcProvider } from './entities.ts';
import { alreadyExists, invalidInput, noSuchOidcProvider, quotaExceeded } from './errors.ts';
import { quotas } from './quotas.ts';
import { listTags, tagResource, untagResource } from './resource-tags.ts';

/** The provider's URL without its scheme, which is the end of its ARN; an error for one that cannot be. */
const hostAndPathOf = (url: string): string | DomainError => {
  const found = /^https:\/\/([A-Za-z0-9.-]+(?:\/[^?#\s]*)?)$/.exec(url);
  return (
    found?.[1] ??
    invalidInput(
      'Invalid Open ID Connect Provider URL: it must begin with https:// and have no port, query or fragment.',
    )
  );
};

/** "A thumbprint is a 40-character hexadecimal string" (CreateOpenIDConnectProvider, IAM API Reference). */
const checkThumbprints = (thumbprints: readonly string[]): DomainError | undefined => {
  if (thumbprints.length > quotas.thumbprintsPerOidcProvider) {
    return quotaExceeded('ThumbprintsPerOpenIdConnectProvider', quotas.thumbprintsPerOidcProvider);
  }
  return thumbprints.every((one) => /^[0-9A-Fa-f]{40}$/.test(one))
    ? undefined
    : invalidInput(
        'Thumbprint list contains an invalid thumbprint: 40 hexadecimal digits are expected.',
      );
};

const checkClientIds = (ids: readonly string[]): DomainError | undefined =>
  ids.length > quotas.clientIdsPerOidcProvider
    ? quotaExceeded('ClientIdsPerOpenIdConnectProvider', quotas.clientIdsPerOidcProvider)
    : undefined;

const providerByArn = (view: View, arn: string | undefined): OidcProvider | DomainError =>
  view.get(OidcProviders, arn ?? '') ?? noSuchOidcProvider(arn ?? '');

/** CreateOpenIDConnectProvider. Without a thumbprint IAM takes it from the provider; nobody is asked here, and it is made up. */
const createOpenIDConnectProvider: Operation<
  CreateOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderResponse
> = (tx, input) => {
  const url = hostAndPathOf(input.Url ?? '');
  if (isDomainError(url)) return url;
  const clientIds = [...new Set(input.ClientIDList ?? [])];
  const asked = input.ThumbprintList ?? [];
  const refusal = checkThumbprints(asked) ?? checkClientIds(clientIds);
  if (refusal !== undefined) return refusal;
  const arn = `arn:aws:iam::${tx.account}:oidc-provider/${url}`;
  if (tx.get(OidcProviders, arn) !== undefined) {
    return alreadyExists(`Provider with url https://${url}`);
  }
  if (tx.list(OidcProviders).length >= quotas.oidcProvidersPerAccount) {
    return quotaExceeded('OpenIdConnectProvidersPerAccount', quotas.oidcProvidersPerAccount);
  }
  const provider: OidcProvider = {
    id: arn,
    url,
    clientIds,
    thumbprints: asked.length > 0 ? asked : [hashHex(40, 0, 'iam/thumbprints', url)],
    createdAt: wholeSecond(tx.now),
  };
  const badTags = tagResource(tx, arn, 'oidc-provider', input.Tags);
  if (badTags !== undefined) return badTags;
  tx.put(OidcProviders, provider);
  return { OpenIDConnectProviderArn: arn, Tags: tagsOf(tx, arn) };
};

const getOpenIDConnectProvider: Operation<
  GetOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderResponse
> = (tx, input) => {
  const provider = providerByArn(tx, input.OpenIDConnectProviderArn);
  if (isDomainError(provider)) return provider;
  return {
    Url: provider.url,
    ClientIDList: provider.clientIds,
    ThumbprintList: provider.thumbprints,
    CreateDate: provider.createdAt,
    Tags: tagsOf(tx, provider.id),
  };
};

const listOpenIDConnectProviders: Operation<
  ListOpenIDConnectProvidersRequest,
  ListOpenIDConnectProvidersResponse
> = (tx) => ({ OpenIDConnectProviderList: tx.list(OidcProviders).map(({ id }) => ({ Arn: id })) });

/** DeleteOpenIDConnectProvider: roles that trust it go on naming it. One that is not there is gone already. */
const deleteOpenIDConnectProvider: Operation<DeleteOpenIDConnectProviderRequest, Nothing> = (
  tx,
  input,
) => {
  const provider = providerByArn(tx, input.OpenIDConnectProviderArn);
  if (isDomainError(provider)) return provider;
  tx.delete(OidcProviders, provider.id);
  forgetTags(tx, provider.id);
  return {};
};

const addClientId: Operation<AddClientIDToOpenIDConnectProviderRequest, Nothing> = (tx, input) => {
  const provider = providerByArn(tx, input.OpenIDConnectProviderArn);
  if (isDomainError(provider)) return provider;
  const clientIds = [...new Set([...provider.clientIds, input.ClientID ?? ''])];
  const refusal = checkClientIds(clientIds);
  if (refusal !== undefined) return refusal;
  tx.put(OidcProviders, { ...provider, clientIds });
  return {};
};

/** RemoveClientIDFromOpenIDConnectProvider: "this operation is idempotent; it does not fail for a client ID that does not exist". */
const removeClientId: Operation<RemoveClientIDFromOpenIDConnectProviderRequest, Nothing> = (
  tx,
  input,
) => {
  const provider = providerByArn(tx, input.OpenIDConnectProviderArn);
  if (isDomainError(provider)) return provider;
  const clientIds = provider.clientIds.filter((id) => id !== input.ClientID);
  tx.put(OidcProviders, { ...provider, clientIds });
  return {};
};

const updateThumbprint: Operation<UpdateOpenIDConnectProviderThumbprintRequest, Nothing> = (
  tx,
  input,
) => {
  const provider = providerByArn(tx, input.OpenIDConnectProviderArn);
  if (isDomainError(provider)) return provider;
  const thumbprints = input.ThumbprintList ?? [];
  const refusal = checkThumbprints(thumbprints);
  if (refusal !== undefined) return refusal;
  tx.put(OidcProviders, { ...provider, thumbprints });
  return {};
};

const tagProvider: Operation<TagOpenIDConnectProviderRequest, Nothing> = (tx, input) => {
  const provider = providerByArn(tx, input.OpenIDConnectProviderArn);
  if (isDomainError(provider)) return provider;
  return tagResource(tx, provider.id, 'oidc-provider', input.Tags) ?? {};
};

const untagProvider: Operation<UntagOpenIDConnectProviderRequest, Nothing> = (tx, input) => {
  const provider = providerByArn(tx, input.OpenIDConnectProviderArn);
  if (isDomainError(provider)) return provider;
  untagResource(tx, provider.id, input.TagKeys);
  return {};
};

const listProviderTags: Operation<
  ListOpenIDConnectProviderTagsRequest,
  ListOpenIDConnectProviderTagsResponse
> = (tx, input) => {
  const provider = providerByArn(tx, input.OpenIDConnectProviderArn);
  return isDomainError(provider) ? provider : listTags(tx, provider.id, input);
};

/** Identity providers that speak OpenID Connect: facts of the account, since nobody signs in here. */
export const oidcProviderOperations = {
  AddClientIDToOpenIDConnectProvider: addClientId,
  CreateOpenIDConnectProvider: createOpenIDConnectProvider,
  DeleteOpenIDConnectProvider: deleteOpenIDConnectProvider,
  GetOpenIDConnectProvider: getOpenIDConnectProvider,
  ListOpenIDConnectProviders: listOpenIDConnectProviders,
  ListOpenIDConnectProviderTags: listProviderTags,
  RemoveClientIDFromOpenIDConnectProvider: removeClientId,
  TagOpenIDConnectProvider: tagProvider,
  UntagOpenIDConnectProvider: untagProvider,
  UpdateOpenIDConnectProviderThumbprint: updateThumbprint,
};
