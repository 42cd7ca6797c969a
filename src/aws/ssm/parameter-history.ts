import type {
  GetParameterHistoryRequest,
  GetParameterHistoryResult,
  LabelParameterVersionRequest,
  LabelParameterVersionResult,
  ParameterHistory,
  UnlabelParameterVersionRequest,
  UnlabelParameterVersionResult,
} from '@aws-sdk/client-ssm';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { describedFacts } from './described-facts.ts';
import { ParameterVersions, type ParameterVersion } from './entities.ts';
import { invalidNextToken, parameterNotFound, parameterVersionNotFound } from './errors.ts';
import { nameOfArn, newestVersion, versionId, versionsOf } from './own-parameters.ts';
import { quotas } from './quotas.ts';
import { shownValue } from './secure-strings.ts';

/** GetParameterHistory: all versions, the oldest first. */
export const getParameterHistory: Operation<
  GetParameterHistoryRequest,
  GetParameterHistoryResult
> = (tx, input) => {
  const name = nameOfArn(tx, input.Name ?? '');
  if (newestVersion(tx, name) === undefined) return parameterNotFound(input.Name ?? '');
  const page = paginate(
    versionsOf(tx, name),
    { token: input.NextToken, maxResults: input.MaxResults ?? 50 },
    ({ id }) => id,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  const parameters: Plain<ParameterHistory>[] = [];
  for (const version of page.items) {
    const value = shownValue(tx, version, input.WithDecryption);
    if (isDomainError(value)) return value;
    parameters.push({ ...describedFacts(version), Value: value, Labels: [...version.labels] });
  }
  return { Parameters: parameters, NextToken: page.nextToken };
};

/** "Labels" (Working with parameter labels, User Guide): not a number at its beginning, nor aws or ssm. */
const isLabel = (label: string): boolean => /^(?!\d|aws|ssm)[\w.-]{1,100}$/i.test(label);

/** The version that a request about labels names, the newest unless it says which. */
const labelledVersion = (
  view: View,
  input: {
    readonly Name?: string | undefined;
    readonly ParameterVersion?: number | undefined;
  },
): ParameterVersion | DomainError => {
  const name = nameOfArn(view, input.Name ?? '');
  const newest = newestVersion(view, name);
  if (newest === undefined) return parameterNotFound(input.Name ?? '');
  const { ParameterVersion: number = newest.version } = input;
  return (
    view.get(ParameterVersions, versionId(name, number)) ??
    parameterVersionNotFound(name, String(number))
  );
};

const moveLabels = (tx: Tx, to: ParameterVersion, labels: readonly string[]): void => {
  for (const other of versionsOf(tx, to.name)) {
    const kept = other.labels.filter((label) => !labels.includes(label));
    if (kept.length < other.labels.length) tx.put(ParameterVersions, { ...other, labels: kept });
  }
  tx.put(ParameterVersions, { ...to, labels: [...new Set([...to.labels, ...labels])] });
};

/** LabelParameterVersion: a label that another version has moves here. */
export const labelParameterVersion: Operation<
  LabelParameterVersionRequest,
  LabelParameterVersionResult
> = (tx, input) => {
  const version = labelledVersion(tx, input);
  if (isDomainError(version)) return version;
  const asked = input.Labels ?? [];
  const labels = asked.filter(isLabel);
  if (new Set([...version.labels, ...labels]).size > quotas.labelsPerVersion) {
    return new DomainError(
      'ParameterVersionLabelLimitExceeded',
      'A parameter version can have maximum 10 labels.Move one or more labels to another version and try again.',
    );
  }
  if (labels.length > 0) moveLabels(tx, version, labels);
  return {
    InvalidLabels: asked.filter((label) => !isLabel(label)),
    ParameterVersion: version.version,
  };
};

/** UnlabelParameterVersion: labels that the version does not have are listed in the answer. */
export const unlabelParameterVersion: Operation<
  UnlabelParameterVersionRequest,
  UnlabelParameterVersionResult
> = (tx, input) => {
  const version = labelledVersion(tx, input);
  if (isDomainError(version)) return version;
  const asked = input.Labels ?? [];
  const removed = asked.filter((label) => version.labels.includes(label));
  if (removed.length > 0) {
    const labels = version.labels.filter((label) => !removed.includes(label));
    tx.put(ParameterVersions, { ...version, labels });
  }
  return {
    RemovedLabels: removed,
    InvalidLabels: asked.filter((label) => !removed.includes(label)),
  };
};
