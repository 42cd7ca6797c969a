import type {
  DescribeParametersRequest,
  DescribeParametersResult,
  ParameterStringFilter,
} from '@aws-sdk/client-ssm';
import { isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { tagsOf } from '../shared/tags.ts';
import { describedFacts } from './described-facts.ts';
import type { ParameterVersion } from './entities.ts';
import { invalidNextToken, validation } from './errors.ts';
import { newestVersions, parameterArn } from './own-parameters.ts';
import { filtered } from './parameter-filters.ts';

/** Keys of filters of DescribeParameters: all but labels ("ParameterStringFilter", API Reference). */
const keys: readonly string[] = ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType', 'tag:'];

const valuesIn =
  (view: View) =>
  (version: ParameterVersion, key: string): readonly string[] => {
    if (key.startsWith('tag:')) {
      const name = key.slice('tag:'.length);
      return tagsOf(view, parameterArn(view, version.name)).flatMap((tag) =>
        tag.Key === name ? tag.Value : [],
      );
    }
    const values: Readonly<Record<string, string | null>> = {
      Path: version.name,
      Name: version.name,
      Type: version.type,
      KeyId: version.keyId,
      Tier: version.tier,
      DataType: version.dataType,
    };
    const value = values[key] ?? null;
    return value === null ? [] : [value];
  };

/** The older form of filters says no option: a value is the beginning of a name, or all of another fact. */
const ofOlderForm = (
  filters: Plain<DescribeParametersRequest>['Filters'],
): readonly Plain<ParameterStringFilter>[] | undefined =>
  filters?.map(({ Key, Values }) => ({
    Key,
    Option: Key === 'Name' ? 'BeginsWith' : 'Equals',
    Values,
  }));

/** DescribeParameters: the account's own, in the order of their names, without their values. */
export const describeParameters: Operation<DescribeParametersRequest, DescribeParametersResult> = (
  tx,
  input,
) => {
  if ((input.Filters ?? []).length > 0 && (input.ParameterFilters ?? []).length > 0) {
    return validation('You can use either Filters or ParameterFilters in a single request.');
  }
  const all = input.Shared === true ? [] : newestVersions(tx);
  const filters = input.ParameterFilters ?? ofOlderForm(input.Filters);
  const found = filtered(all, filters, keys, valuesIn(tx));
  if (isDomainError(found)) return found;
  const page = paginate(
    found,
    { token: input.NextToken, maxResults: input.MaxResults ?? 50 },
    ({ name }) => name,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  return {
    Parameters: page.items.map((version) => ({
      ...describedFacts(version),
      ARN: parameterArn(tx, version.name),
    })),
    NextToken: page.nextToken,
  };
};
