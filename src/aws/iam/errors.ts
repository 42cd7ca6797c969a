import { DomainError } from '../../world/domain-error.ts';

/** Codes from the IAM API Reference, messages as the service answers them. */
const noSuchEntity = (message: string): DomainError => new DomainError('NoSuchEntity', message);

export const noSuchRole = (name: string): DomainError =>
  noSuchEntity(`The role with name ${name} cannot be found.`);

export const noSuchUser = (name: string): DomainError =>
  noSuchEntity(`The user with name ${name} cannot be found.`);

export const noSuchGroup = (name: string): DomainError =>
  noSuchEntity(`The group with name ${name} cannot be found.`);

export const noSuchAccessKey = (id: string): DomainError =>
  noSuchEntity(`The Access Key with id ${id} cannot be found.`);

export const noSuchLoginProfile = (name: string): DomainError =>
  noSuchEntity(`Login Profile for User ${name} cannot be found.`);

export const noSuchOidcProvider = (arn: string): DomainError =>
  noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);

export const noSuchSamlProvider = (arn: string): DomainError =>
  noSuchEntity(`Manifest not found for arn ${arn}`);

export const noSuchServerCertificate = (name: string): DomainError =>
  noSuchEntity(`The Server Certificate with name ${name} cannot be found.`);

export const noSuchAlias = (alias: string): DomainError =>
  noSuchEntity(`The Account Alias with name ${alias} cannot be found.`);

export const noSuchPasswordPolicy = (account: string): DomainError =>
  noSuchEntity(`The Password Policy with domain name ${account} cannot be found.`);

/** `kind` is `user` or `group`. */
export const noSuchInlinePolicy = (kind: string, name: string): DomainError =>
  noSuchEntity(`The ${kind} policy with name ${name} cannot be found.`);

export const noSuchUserBoundary = (user: string): DomainError =>
  noSuchEntity(`The user with name ${user} does not have a permissions boundary.`);

export const noSuchInstanceProfile = (name: string): DomainError =>
  noSuchEntity(`Instance Profile ${name} cannot be found.`);

export const noSuchRolePolicy = (name: string): DomainError =>
  noSuchEntity(`The role policy with name ${name} cannot be found.`);

export const noSuchBoundary = (role: string): DomainError =>
  noSuchEntity(`The role with name ${role} does not have a permissions boundary.`);

/**
 * A managed policy that is not there. Of AWS's own only those exist whose documents are known here, and the message
 * says so.
 */
export const noSuchPolicy = (arn: string): DomainError =>
  noSuchEntity(
    arn.startsWith('arn:aws:iam::aws:policy/')
      ? `Policy ${arn} was not found. Of the policies that AWS manages, Faultline has those that ListPolicies with Scope=AWS names.`
      : `Policy ${arn} was not found.`,
  );

export const notAttachable = (arn: string): DomainError =>
  arn.startsWith('arn:aws:iam::aws:policy/')
    ? noSuchPolicy(arn)
    : noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);

export const noSuchPolicyVersion = (arn: string, version: string): DomainError =>
  noSuchEntity(`Policy ${arn} version ${version} does not exist or is not attachable.`);

export const noSuchDeletionTask = (id: string): DomainError =>
  noSuchEntity(`The deletion task with id ${id} cannot be found.`);

/** `what` names the kind and the thing, for example `Role with name web`. */
export const alreadyExists = (what: string): DomainError =>
  new DomainError('EntityAlreadyExists', `${what} already exists.`);

export const deleteConflict = (why: string): DomainError => new DomainError('DeleteConflict', why);

/** `quota` is AWS's name of it, for example `PoliciesPerRole`. */
export const quotaExceeded = (quota: string, most: number): DomainError =>
  new DomainError('LimitExceeded', `Cannot exceed quota for ${quota}: ${most}`);

export const limitExceeded = (message: string): DomainError =>
  new DomainError('LimitExceeded', message);

export const malformedPolicy = (message: string): DomainError =>
  new DomainError('MalformedPolicyDocument', message);

export const invalidInput = (message: string): DomainError =>
  new DomainError('InvalidInput', message);

export const validationError = (message: string): DomainError =>
  new DomainError('ValidationError', message);

export const protectedRole = (name: string): DomainError =>
  new DomainError(
    'UnmodifiableEntity',
    `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`,
  );
