import type {
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
  Parameter,
} from '@aws-sdk/client-ssm';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import type { ParameterVersion } from './entities.ts';
import {
  invalidNextToken,
  invalidPath,
  parameterNotFound,
  parameterVersionNotFound,
} from './errors.ts';
import {
  nameOfArn,
  newestVersion,
  newestVersions,
  parameterArn,
  selectedVersion,
  versionsOf,
} from './own-parameters.ts';
import { filtered } from './parameter-filters.ts';
import type { PublicParameter } from './public-parameter.ts';
import { publicParameter, publicParametersUnder } from './public-parameters.ts';
import { shownValue } from './secure-strings.ts';

/** The largest and the usual page of GetParametersByPath. */
const pageSize = 10;

/** The ARN of a public parameter names no account. */
const publicArnPrefix = (view: View): string => `arn:aws:ssm:${view.shard}::parameter`;

const describePublic = (view: View, parameter: PublicParameter): Plain<Parameter> => ({
  Name: parameter.name,
  Type: 'String',
  Value: parameter.value,
  Version: parameter.version,
  LastModifiedDate: parameter.lastModifiedMs,
  ARN: publicArnPrefix(view) + parameter.name,
  DataType: parameter.dataType,
});

const describeOwn = (
  view: Tx,
  version: ParameterVersion,
  withDecryption: boolean | undefined,
): Plain<Parameter> | DomainError => {
  const value = shownValue(view, version, withDecryption);
  if (isDomainError(value)) return value;
  return {
    Name: version.name,
    Type: version.type,
    Value: value,
    Version: version.version,
    LastModifiedDate: version.modifiedAt,
    ARN: parameterArn(view, version.name),
    DataType: version.dataType,
  };
};

/** The name and the selector of what a request asks for: a name or an ARN, and behind a colon perhaps a version or a label. */
const partsOf = (
  view: View,
  asked: string,
): { readonly name: string; readonly selector?: string } => {
  const prefix = publicArnPrefix(view);
  const named = asked.startsWith(prefix) ? asked.slice(prefix.length) : nameOfArn(view, asked);
  const colon = named.indexOf(':');
  return colon === -1
    ? { name: named }
    : { name: named.slice(0, colon), selector: named.slice(colon + 1) };
};

const findPublic = (
  view: View,
  asked: string,
  name: string,
  selector: string | undefined,
): Plain<Parameter> | DomainError => {
  const parameter = publicParameter(view, name);
  if (parameter === undefined) return parameterNotFound(asked);
  // Public parameters have no labels, and their older versions cannot be read.
  if (selector !== undefined && selector !== String(parameter.version)) {
    return parameterVersionNotFound(name, selector);
  }
  return describePublic(view, parameter);
};

const find = (
  view: Tx,
  asked: string,
  withDecryption: boolean | undefined,
): Plain<Parameter> | DomainError => {
  const { name, selector } = partsOf(view, asked);
  const newest = newestVersion(view, name);
  if (newest === undefined) {
    const found = findPublic(view, asked, name, selector);
    return isDomainError(found) || selector === undefined
      ? found
      : { ...found, Selector: `:${selector}` };
  }
  if (selector === undefined) return describeOwn(view, newest, withDecryption);
  const version = selectedVersion(view, name, selector);
  if (version === undefined) return parameterVersionNotFound(name, selector);
  const found = describeOwn(view, version, withDecryption);
  return isDomainError(found) ? found : { ...found, Selector: `:${selector}` };
};

export const getParameter: Operation<GetParameterRequest, GetParameterResult> = (tx, input) => {
  const parameter = find(tx, input.Name ?? '', input.WithDecryption);
  return isDomainError(parameter) ? parameter : { Parameter: parameter };
};

/** The value of one of the account's own parameters that are no secret: what a launch names leads to an image. */
export const imageParameter = (view: View, named: string): string | undefined => {
  const { name, selector } = partsOf(view, named);
  const version =
    selector === undefined ? newestVersion(view, name) : selectedVersion(view, name, selector);
  return version?.type === 'String' ? version.value : undefined;
};

const notThere: readonly string[] = ['ParameterNotFound', 'ParameterVersionNotFound'];

/** Parameters that are not there are listed in the answer; they are not an error. */
export const getParameters: Operation<GetParametersRequest, GetParametersResult> = (tx, input) => {
  const names = [...new Set(input.Names ?? [])];
  const parameters: Plain<Parameter>[] = [];
  const invalid: string[] = [];
  for (const name of names) {
    const found = find(tx, name, input.WithDecryption);
    if (!isDomainError(found)) parameters.push(found);
    else if (notThere.includes(found.code)) invalid.push(name);
    else return found;
  }
  return { Parameters: parameters, InvalidParameters: invalid };
};

/** One parameter below a path: an account's own, or a public one. */
type Below =
  | { readonly name: string; readonly own: ParameterVersion }
  | { readonly name: string; readonly shared: PublicParameter };

/** What a filter of GetParametersByPath compares; public parameters have neither a key nor labels. */
const valuesIn =
  (view: View) =>
  (parameter: Below, key: string): readonly string[] => {
    if ('shared' in parameter) return key === 'Type' ? ['String'] : [];
    const { own } = parameter;
    if (key === 'Type') return [own.type];
    if (key === 'KeyId') return own.keyId === null ? [] : [own.keyId];
    return versionsOf(view, own.name).flatMap(({ labels }) => labels);
  };

const filterKeys: readonly string[] = ['Type', 'KeyId', 'Label'];

const pathPattern = /^\/(?:[\w.-]+(?:\/[\w.-]+)*\/?)?$/;

const allBelow = (view: View, path: string): readonly Below[] => {
  // Below `/` alone stand an account's own parameters; the public ones are asked for by their path.
  const shared = path.startsWith('/aws/service') ? publicParametersUnder(view, path) : [];
  const own = newestVersions(view).filter(
    ({ name }) => name.startsWith(`${path}/`) || (path === '' && !name.startsWith('/')),
  );
  return [
    ...shared.map((parameter) => ({ name: parameter.name, shared: parameter })),
    ...own.map((version) => ({ name: version.name, own: version })),
  ];
};

/** The parameters right below a path, or with `Recursive` at any depth, in the order of their names. */
export const getParametersByPath: Operation<
  GetParametersByPathRequest,
  GetParametersByPathResult
> = (tx, input) => {
  const asked = input.Path ?? '';
  if (!pathPattern.test(asked)) return invalidPath();
  const path = asked.endsWith('/') ? asked.slice(0, -1) : asked;
  const below = allBelow(tx, path).filter(
    ({ name }) =>
      input.Recursive === true || !name.replace(/^\//, '').slice(path.length).includes('/'),
  );
  const found = filtered(below, input.ParameterFilters, filterKeys, valuesIn(tx));
  if (isDomainError(found)) return found;
  const page = paginate(
    found,
    { token: input.NextToken, maxResults: input.MaxResults ?? pageSize },
    (parameter) => parameter.name,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  const parameters: Plain<Parameter>[] = [];
  for (const parameter of page.items) {
    const described =
      'shared' in parameter
        ? describePublic(tx, parameter.shared)
        : describeOwn(tx, parameter.own, input.WithDecryption);
    if (isDomainError(described)) return described;
    parameters.push(described);
  }
  return { Parameters: parameters, NextToken: page.nextToken };
};
