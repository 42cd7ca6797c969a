import type {
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
  Parameter,
  ParameterStringFilter,
} from '@aws-sdk/client-ssm';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import {
  invalidFilterKey,
  invalidFilterOption,
  invalidNextToken,
  invalidPath,
  parameterNotFound,
  parameterVersionNotFound,
} from './errors.ts';
import type { PublicParameter } from './public-parameter.ts';
import { publicParameter, publicParametersUnder } from './public-parameters.ts';

/** The largest and the usual page of GetParametersByPath. */
const pageSize = 10;

/** The ARN of a public parameter names no account. */
const arnPrefix = (view: View): string => `arn:aws:ssm:${view.shard}::parameter`;

const describe = (view: View, parameter: PublicParameter): Plain<Parameter> => ({
  Name: parameter.name,
  Type: 'String',
  Value: parameter.value,
  Version: parameter.version,
  LastModifiedDate: parameter.lastModifiedMs,
  ARN: arnPrefix(view) + parameter.name,
  DataType: parameter.dataType,
});

/** A name as requests give it: a name or an ARN, and behind a colon perhaps a version or a label. */
const find = (view: View, asked: string): Plain<Parameter> | DomainError => {
  const prefix = arnPrefix(view);
  const [, name = '', selector] =
    /^([^:]*)(?::(.*))?$/.exec(asked.startsWith(prefix) ? asked.slice(prefix.length) : asked) ?? [];
  const parameter = publicParameter(view, name);
  if (parameter === undefined) return parameterNotFound(asked);
  if (selector === undefined) return describe(view, parameter);
  // Public parameters have no labels, and their older versions cannot be read.
  if (selector !== String(parameter.version)) return parameterVersionNotFound(name, selector);
  return { ...describe(view, parameter), Selector: `:${selector}` };
};

export const getParameter: Operation<GetParameterRequest, GetParameterResult> = (tx, input) => {
  const parameter = find(tx, input.Name ?? '');
  return isDomainError(parameter) ? parameter : { Parameter: parameter };
};

/** Parameters that are not there are listed in the answer; they are not an error. */
export const getParameters: Operation<GetParametersRequest, GetParametersResult> = (tx, input) => {
  const names = [...new Set(input.Names ?? [])];
  const found = names.map((name) => ({ name, parameter: find(tx, name) }));
  return {
    Parameters: found.flatMap(({ parameter }) => (isDomainError(parameter) ? [] : parameter)),
    InvalidParameters: found.flatMap(({ name, parameter }) =>
      isDomainError(parameter) ? name : [],
    ),
  };
};

/** What a filter of GetParametersByPath compares; public parameters have neither a key nor labels. */
const filterValue: Readonly<Record<string, string | undefined>> = {
  Type: 'String',
  KeyId: undefined,
  Label: undefined,
};

/** Whether public parameters pass the filters: they are all alike in what can be filtered. */
const pass = (
  filters: readonly Plain<ParameterStringFilter>[] | undefined,
): boolean | DomainError => {
  let passed = true;
  for (const filter of filters ?? []) {
    const key = filter.Key ?? '';
    if (!Object.hasOwn(filterValue, key)) return invalidFilterKey(key);
    const option = filter.Option ?? 'Equals';
    if (option !== 'Equals' && option !== 'BeginsWith') return invalidFilterOption(option);
    const value = filterValue[key];
    const matches = (wanted: string): boolean =>
      option === 'Equals' ? value === wanted : value?.startsWith(wanted) === true;
    passed &&= (filter.Values ?? []).some(matches);
  }
  return passed;
};

const pathPattern = /^\/(?:[\w.-]+(?:\/[\w.-]+)*\/?)?$/;

/** The parameters right below a path, or with `Recursive` at any depth, in the order of their names. */
export const getParametersByPath: Operation<
  GetParametersByPathRequest,
  GetParametersByPathResult
> = (tx, input) => {
  const asked = input.Path ?? '';
  if (!pathPattern.test(asked)) return invalidPath();
  const passed = pass(input.ParameterFilters);
  if (isDomainError(passed)) return passed;
  const path = asked.endsWith('/') ? asked.slice(0, -1) : asked;
  // Below `/` alone stand an account's own parameters; the public ones are asked for by their path.
  const below = path.startsWith('/aws/service') && passed ? publicParametersUnder(tx, path) : [];
  const parameters = below.filter(
    ({ name }) => input.Recursive === true || !name.slice(path.length + 1).includes('/'),
  );
  const page = paginate(
    parameters,
    { token: input.NextToken, maxResults: input.MaxResults ?? pageSize },
    (parameter) => parameter.name,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  return {
    Parameters: page.items.map((parameter) => describe(tx, parameter)),
    NextToken: page.nextToken,
  };
};
