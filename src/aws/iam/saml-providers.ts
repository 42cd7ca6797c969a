import type {
  CreateSAMLProviderRequest,
  CreateSAMLProviderResponse,
  DeleteSAMLProviderRequest,
  GetSAMLProviderRequest,
  GetSAMLProviderResponse,
  ListSAMLProvidersRequest,
  ListSAMLProvidersResponse,
  ListSAMLProviderTagsRequest,
  ListSAMLProviderTagsResponse,
  TagSAMLProviderRequest,
  UntagSAMLProviderRequest,
  UpdateSAMLProviderRequest,
  UpdateSAMLProviderResponse,
} from '@aws-sdk/client-iam';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import { forgetTags, tagsOf } from '../shared/tags.ts';
import { msOfIsoText, wholeSecond } from '../shared/utc-text.ts';
import { SamlProviders, type SamlProvider } from './entities.ts';
import { alreadyExists, invalidInput, noSuchSamlProvider, quotaExceeded } from './errors.ts';
import { quotas } from './quotas.ts';
import { listTags, tagResource, untagResource } from './resource-tags.ts';

/** How long a document that says nothing of it is valid: a hundred years, as the service answers. */
const usualValidityMs = 100 * 365 * 24 * 3_600_000;

const validUntilIn = (document: string, now: number): number =>
  msOfIsoText(/\bvalidUntil\s*=\s*["']([^"']+)["']/.exec(document)?.[1] ?? '') ??
  wholeSecond(now + usualValidityMs);

/** Metadata names its entity; more of it nobody reads here. */
const checkDocument = (document: string): DomainError | undefined =>
  /<(?:\w+:)?EntityDescriptor\b[^>]*\bentityID\s*=/.test(document)
    ? undefined
    : invalidInput('Could not parse metadata: no EntityDescriptor with an entityID was found.');

const providerByArn = (view: View, arn: string | undefined): SamlProvider | DomainError =>
  view.get(SamlProviders, arn ?? '') ?? noSuchSamlProvider(arn ?? '');

const createSAMLProvider: Operation<CreateSAMLProviderRequest, CreateSAMLProviderResponse> = (
  tx,
  input,
) => {
  const { Name: name = '', SAMLMetadataDocument: document = '' } = input;
  const refusal = checkDocument(document);
  if (refusal !== undefined) return refusal;
  const arn = `arn:aws:iam::${tx.account}:saml-provider/${name}`;
  if (tx.get(SamlProviders, arn) !== undefined) return alreadyExists(`Saml Provider ${name}`);
  if (tx.list(SamlProviders).length >= quotas.samlProvidersPerAccount) {
    return quotaExceeded('SAMLProvidersPerAccount', quotas.samlProvidersPerAccount);
  }
  const badTags = tagResource(tx, arn, 'saml-provider', input.Tags);
  if (badTags !== undefined) return badTags;
  tx.put(SamlProviders, {
    id: arn,
    name,
    document,
    uuid: `SAMLPROVIDER${tx.random('iam/saml-providers').hex(16).toUpperCase()}`,
    createdAt: wholeSecond(tx.now),
    validUntil: validUntilIn(document, tx.now),
  });
  return { SAMLProviderArn: arn, Tags: tagsOf(tx, arn) };
};

const getSAMLProvider: Operation<GetSAMLProviderRequest, GetSAMLProviderResponse> = (tx, input) => {
  const provider = providerByArn(tx, input.SAMLProviderArn);
  if (isDomainError(provider)) return provider;
  return {
    SAMLProviderUUID: provider.uuid,
    SAMLMetadataDocument: provider.document,
    CreateDate: provider.createdAt,
    ValidUntil: provider.validUntil,
    Tags: tagsOf(tx, provider.id),
  };
};

const updateSAMLProvider: Operation<UpdateSAMLProviderRequest, UpdateSAMLProviderResponse> = (
  tx,
  input,
) => {
  const provider = providerByArn(tx, input.SAMLProviderArn);
  if (isDomainError(provider)) return provider;
  const { SAMLMetadataDocument: document = provider.document } = input;
  const refusal = checkDocument(document);
  if (refusal !== undefined) return refusal;
  tx.put(SamlProviders, { ...provider, document, validUntil: validUntilIn(document, tx.now) });
  return { SAMLProviderArn: provider.id };
};

const listSAMLProviders: Operation<ListSAMLProvidersRequest, ListSAMLProvidersResponse> = (tx) => ({
  SAMLProviderList: tx.list(SamlProviders).map(({ id, validUntil, createdAt }) => ({
    Arn: id,
    ValidUntil: validUntil,
    CreateDate: createdAt,
  })),
});

const deleteSAMLProvider: Operation<DeleteSAMLProviderRequest, Nothing> = (tx, input) => {
  const provider = providerByArn(tx, input.SAMLProviderArn);
  if (isDomainError(provider)) return provider;
  tx.delete(SamlProviders, provider.id);
  forgetTags(tx, provider.id);
  return {};
};

const tagProvider: Operation<TagSAMLProviderRequest, Nothing> = (tx, input) => {
  const provider = providerByArn(tx, input.SAMLProviderArn);
  if (isDomainError(provider)) return provider;
  return tagResource(tx, provider.id, 'saml-provider', input.Tags) ?? {};
};

const untagProvider: Operation<UntagSAMLProviderRequest, Nothing> = (tx, input) => {
  const provider = providerByArn(tx, input.SAMLProviderArn);
  if (isDomainError(provider)) return provider;
  untagResource(tx, provider.id, input.TagKeys);
  return {};
};

const listProviderTags: Operation<ListSAMLProviderTagsRequest, ListSAMLProviderTagsResponse> = (
  tx,
  input,
) => {
  const provider = providerByArn(tx, input.SAMLProviderArn);
  return isDomainError(provider) ? provider : listTags(tx, provider.id, input);
};

/** Identity providers that speak SAML: facts of the account, since nobody signs in here. */
export const samlProviderOperations = {
  CreateSAMLProvider: createSAMLProvider,
  DeleteSAMLProvider: deleteSAMLProvider,
  GetSAMLProvider: getSAMLProvider,
  ListSAMLProviders: listSAMLProviders,
  ListSAMLProviderTags: listProviderTags,
  TagSAMLProvider: tagProvider,
  UntagSAMLProvider: untagProvider,
  UpdateSAMLProvider: updateSAMLProvider,
};
