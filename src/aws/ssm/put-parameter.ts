import type { ParameterTier, PutParameterRequest, PutParameterResult } from '@aws-sdk/client-ssm';
import type { Caller } from '../caller.ts';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { CallerOperation, Plain } from '../operation.ts';
import { byteLengthOf } from '../shared/utf8.ts';
import { patternFault } from './allowed-pattern.ts';
import { Parameters, ParameterVersions, type ParameterVersion } from './entities.ts';
import { validation } from './errors.ts';
import { nameOfArn, newestVersion, parameterArn, versionId, versionsOf } from './own-parameters.ts';
import { nameFault } from './parameter-names.ts';
import { policiesOf } from './parameter-policies.ts';
import { tagParameter } from './parameter-tags.ts';
import { sealedValue, usualKeyId } from './secure-strings.ts';
import { quotas } from './quotas.ts';

type Request = Plain<PutParameterRequest>;

const dataTypes: readonly string[] = ['text', 'aws:ec2:image', 'aws:ssm:integration'];

/** What is wrong with whether and how the parameter is there already. */
const overwriteFault = (
  before: ParameterVersion | undefined,
  input: Request,
): DomainError | undefined => {
  const tagged = (input.Tags ?? []).length > 0;
  if (input.Overwrite === true && tagged) {
    return validation(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  if (before === undefined) {
    return input.Type === undefined
      ? validation('A parameter type is required when you create a parameter.')
      : undefined;
  }
  if (input.Overwrite !== true) {
    return new DomainError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  return input.Type === undefined || input.Type === before.type
    ? undefined
    : new DomainError(
        'HierarchyTypeMismatchException',
        "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
      );
};

/** The tier that a parameter gets ("Managing parameter tiers", User Guide): never one below what it has. */
const tierOf = (
  before: ParameterVersion | undefined,
  input: Request,
  valueBytes: number,
): ParameterTier | DomainError => {
  const needsAdvanced = valueBytes > quotas.standardValueBytes || input.Policies !== undefined;
  if (input.Tier === 'Advanced') return 'Advanced';
  if (input.Tier === 'Standard' && before?.tier === 'Advanced') {
    return validation(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  }
  if (before?.tier === 'Advanced') return 'Advanced';
  if (input.Tier === 'Intelligent-Tiering') return needsAdvanced ? 'Advanced' : 'Standard';
  return 'Standard';
};

const sizeFault = (tier: ParameterTier, input: Request, bytes: number): DomainError | undefined => {
  if (tier === 'Standard' && bytes > quotas.standardValueBytes) {
    return validation(
      `Standard tier parameters support a maximum parameter value of ${quotas.standardValueBytes} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
    );
  }
  if (bytes > quotas.advancedValueBytes) {
    return validation(
      `Advanced tier parameters support a maximum parameter value of ${quotas.advancedValueBytes} characters.`,
    );
  }
  return tier === 'Standard' && input.Policies !== undefined
    ? validation(
        'Parameter policies are supported by the advanced-parameter tier only. Set the tier to Advanced to assign policies.',
      )
    : undefined;
};

const dataTypeFault = (type: string, dataType: string, value: string): DomainError | undefined => {
  if (!dataTypes.includes(dataType)) {
    return validation(
      `The following data type is not supported: ${dataType} (Data type names are all lowercase.)`,
    );
  }
  if (dataType === 'text' || type === 'SecureString') return undefined;
  return dataType === 'aws:ec2:image' && !/^ami-[0-9a-f]{8,17}$/.test(value)
    ? validation(`Parameter value ${value} is not the id of an Amazon Machine Image (ami-...).`)
    : undefined;
};

/** Makes room for another version: the oldest goes, unless it has a label ("Parameter versions", User Guide). */
const makeRoom = (tx: Tx, name: string): DomainError | undefined => {
  const versions = versionsOf(tx, name);
  const [oldest] = versions;
  if (oldest === undefined || versions.length < quotas.versions) return undefined;
  if (oldest.labels.length > 0) {
    return new DomainError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  }
  tx.delete(ParameterVersions, oldest.id);
  return undefined;
};

const limitFault = (view: View, tier: ParameterTier): DomainError | undefined => {
  const limit = tier === 'Advanced' ? quotas.advancedParameters : quotas.standardParameters;
  return view.list(Parameters).length >= limit
    ? new DomainError(
        'ParameterLimitExceeded',
        'You have exceeded the number of parameters for this AWS account. Delete one or more parameters and try again.',
      )
    : undefined;
};

/** The facts of the new version: what the request does not say stays as it was, and a new parameter has AWS's usual. */
const nextVersion = (
  tx: Tx,
  name: string,
  input: Request,
  caller: Caller,
): ParameterVersion | DomainError => {
  const before = newestVersion(tx, name);
  const fault = overwriteFault(before, input);
  if (fault !== undefined) return fault;
  const { Value: value = '' } = input;
  const type = input.Type ?? before?.type ?? 'String';
  const bytes = byteLengthOf(value);
  const tier = tierOf(before, input, bytes);
  if (isDomainError(tier)) return tier;
  const policies = input.Policies === undefined ? undefined : policiesOf(input.Policies);
  if (isDomainError(policies)) return policies;
  const dataType = input.DataType ?? before?.dataType ?? 'text';
  const allowedPattern = input.AllowedPattern ?? before?.allowedPattern ?? '';
  const wrong =
    sizeFault(tier, input, bytes) ??
    dataTypeFault(type, dataType, value) ??
    patternFault(name, allowedPattern, value);
  if (wrong !== undefined) return wrong;
  if (type !== 'SecureString' && input.KeyId !== undefined) {
    return validation('KeyId is required for SecureString type parameter only.');
  }
  const version = (tx.get(Parameters, name)?.version ?? 0) + 1;
  const keyId = type === 'SecureString' ? (input.KeyId ?? before?.keyId ?? usualKeyId) : null;
  const kept = keyId === null ? value : sealedValue(tx, name, keyId, value);
  if (isDomainError(kept)) return kept;
  return {
    id: versionId(name, version),
    name,
    version,
    type,
    value: kept,
    keyId,
    description: input.Description ?? before?.description ?? '',
    allowedPattern,
    tier,
    dataType,
    policies: policies ?? before?.policies ?? [],
    labels: [],
    modifiedAt: tx.now,
    modifiedBy: caller.arn,
  };
};

/** PutParameter: makes a parameter, or another version of one. Errors: those of the API Reference. */
export const putParameter: CallerOperation<PutParameterRequest, PutParameterResult> = (
  tx,
  input,
  caller,
) => {
  const name = nameOfArn(tx, input.Name ?? '');
  const wrongName = nameFault(name);
  if (wrongName !== undefined) return wrongName;
  if (input.Value === undefined || input.Value === '') {
    return validation(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  }
  const next = nextVersion(tx, name, input, caller);
  if (isDomainError(next)) return next;
  const isNew = next.version === 1;
  const noRoom = isNew ? limitFault(tx, next.tier) : makeRoom(tx, name);
  if (noRoom !== undefined) return noRoom;
  tx.put(ParameterVersions, next);
  tx.put(Parameters, { id: name, version: next.version });
  const untagged = tagParameter(tx, parameterArn(tx, name), input.Tags);
  return untagged ?? { Version: next.version, Tier: next.tier };
};
