import type { View } from '../../world/transaction.ts';
import {
  Parameters,
  ParameterVersions,
  type Parameter,
  type ParameterVersion,
} from './entities.ts';

/** The id under which a version of a parameter is kept. */
export const versionId = (name: string, version: number): string => `${name}:${version}`;

/** The ARN of an account's own parameter: a name with a path has its slash already. */
export const parameterArn = (view: View, name: string): string =>
  `arn:aws:ssm:${view.shard}:${view.account}:parameter/${name.replace(/^\//, '')}`;

/** The newest version of a parameter; undefined where the account has none of that name. */
export const newestVersion = (view: View, name: string): ParameterVersion | undefined => {
  const parameter = view.get(Parameters, name);
  return parameter && view.get(ParameterVersions, versionId(name, parameter.version));
};

/** All versions of a parameter, the oldest first. */
export const versionsOf = (view: View, name: string): readonly ParameterVersion[] =>
  view.find(ParameterVersions, 'name', name).toSorted((a, b) => a.version - b.version);

/** The version that a selector names: a number or a label. */
export const selectedVersion = (
  view: View,
  name: string,
  selector: string,
): ParameterVersion | undefined =>
  /^\d+$/.test(selector)
    ? view.get(ParameterVersions, versionId(name, Number(selector)))
    : versionsOf(view, name).find(({ labels }) => labels.includes(selector));

/** A name of a request without the account's own prefix, if it came as an ARN of this account and Region. */
export const nameOfArn = (view: View, asked: string): string => {
  const prefix = parameterArn(view, '');
  if (!asked.startsWith(prefix)) return asked;
  const name = asked.slice(prefix.length);
  const [plain = ''] = name.split(':');
  // The ARN does not say whether the name has a slash at its beginning: only a path needs one.
  return plain.includes('/') || view.get(Parameters, plain) === undefined ? `/${name}` : name;
};

const byName = (a: Parameter, b: Parameter): number => (a.id < b.id ? -1 : 1);

/** The newest versions of all parameters of the account, in the order of their names. */
export const newestVersions = (view: View): readonly ParameterVersion[] =>
  view
    .list(Parameters)
    .toSorted(byName)
    .flatMap(({ id }) => newestVersion(view, id) ?? []);
