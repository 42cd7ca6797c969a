import type {
  Filter,
  ListSecretsRequest,
  ListSecretsResponse,
} from '@aws-sdk/client-secrets-manager';
import { isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { tagsOf } from '../shared/tags.ts';
import { Secrets, type Secret } from './entities.ts';
import { invalidNextToken } from './errors.ts';
import { secretArn } from './find-secret.ts';
import { factsOf, listedStages } from './secrets.ts';

/** What a filter looks at. Of descriptions words are compared, whatever their case ("Filter", API Reference). */
const textsOf = (view: View, secret: Secret, key: string): readonly string[] => {
  const tags = tagsOf(view, secretArn(view, secret));
  switch (key) {
    case 'name':
      return [secret.id];
    case 'description':
      return secret.description.toLowerCase().split(/\s+/);
    case 'tag-key':
      return tags.map(({ Key }) => Key);
    case 'tag-value':
      return tags.map(({ Value }) => Value);
    case 'primary-region':
      return secret.primaryRegion === null && secret.replicas.length === 0
        ? []
        : [secret.primaryRegion ?? view.shard];
    case 'all':
      return ['name', 'description', 'tag-key', 'tag-value'].flatMap((one) =>
        textsOf(view, secret, one).map((text) => text.toLowerCase()),
      );
    default:
      // No other service of AWS makes secrets here.
      return [];
  }
};

const isFreeOfCase = (key: string): boolean => key === 'description' || key === 'all';

/** A value is the beginning of what is looked at; behind an exclamation mark it must not be. */
const matches = (view: View, secret: Secret, filter: Plain<Filter>): boolean => {
  const { Key: key = '', Values: values = [] } = filter;
  const texts = textsOf(view, secret, key);
  return values.some((value) => {
    const isNegated = value.startsWith('!');
    const plain = isNegated ? value.slice(1) : value;
    const wanted = isFreeOfCase(key) ? plain.toLowerCase() : plain;
    return texts.some((text) => text.startsWith(wanted)) !== isNegated;
  });
};

/** The secrets that pass all filters, in the order of their making. */
export const matchingSecrets = (
  view: View,
  filters: readonly Plain<Filter>[] = [],
): readonly Secret[] =>
  view.list(Secrets).filter((secret) => filters.every((filter) => matches(view, secret, filter)));

type SortKey = (secret: Secret) => number | string;

const sortKeys: Readonly<Record<string, SortKey>> = {
  'created-date': ({ createdAt }) => createdAt,
  'last-accessed-date': ({ accessedOn }) => accessedOn ?? 0,
  'last-changed-date': ({ changedAt }) => changedAt,
  name: ({ id }) => id,
};

const byCreation: SortKey = ({ createdAt }) => createdAt;

/** ListSecrets; those that wait for their deletion only where they are asked for. */
export const listSecrets: Operation<ListSecretsRequest, ListSecretsResponse> = (tx, input) => {
  const key = sortKeys[input.SortBy ?? 'created-date'] ?? byCreation;
  const found = matchingSecrets(tx, input.Filters)
    .filter(({ deletedAt }) => deletedAt === null || input.IncludePlannedDeletion === true)
    .toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  const page = paginate(
    input.SortOrder === 'desc' ? found.toReversed() : found,
    { token: input.NextToken, maxResults: input.MaxResults ?? 100 },
    ({ id }) => id,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  return {
    SecretList: page.items.map((secret) => ({
      ...factsOf(tx, secret),
      SecretVersionsToStages: listedStages(tx, secret),
    })),
    NextToken: page.nextToken,
  };
};
