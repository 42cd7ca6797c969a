import type {
  AliasListEntry,
  CreateAliasRequest,
  DeleteAliasRequest,
  ListAliasesRequest,
  ListAliasesResponse,
  UpdateAliasRequest,
} from '@aws-sdk/client-kms';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { Aliases, Keys, type Alias } from './entities.ts';
import { aliasNotFound, awsManaged, invalidState, validation } from './errors.ts';
import { deletionFault, findKey, type FoundKey } from './find-key.ts';
import { aliasArn } from './key-arns.ts';
import { managedAliases, managedKeyId } from './managed-keys.ts';
import { markedPage } from './marked-page.ts';

const nameFault = (name: string): DomainError | undefined => {
  if (!name.startsWith('alias/')) {
    return validation(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (name.startsWith('alias/aws/')) return new DomainError('NotAuthorizedException', '');
  return /^alias\/[\w/-]+$/.test(name)
    ? undefined
    : new DomainError(
        'InvalidAliasNameException',
        'The alias name is not valid: it may have letters, digits, slashes, underscores and dashes behind alias/.',
      );
};

/** The key that an alias is to lead to: one of the account's own that stays. */
const targetKey = (tx: Tx, named: string | undefined): FoundKey | DomainError => {
  if (named?.includes('alias/') === true) {
    return validation('Aliases must refer to keys. Not aliases');
  }
  const found = findKey(tx, named);
  if (isDomainError(found)) return found;
  if (found.key.managedAlias !== null) return awsManaged(found.arn, 'CreateAlias');
  return deletionFault(found) ?? found;
};

export const createAlias: Operation<CreateAliasRequest, Nothing> = (tx, input) => {
  const { AliasName: name = '' } = input;
  const fault = nameFault(name);
  if (fault !== undefined) return fault;
  const found = targetKey(tx, input.TargetKeyId);
  if (isDomainError(found)) return found;
  if (tx.get(Aliases, name) !== undefined) {
    return new DomainError(
      'AlreadyExistsException',
      `An alias with the name ${aliasArn(tx, name)} already exists`,
    );
  }
  tx.put(Aliases, { id: name, keyId: found.key.id, createdAt: tx.now, updatedAt: tx.now });
  return {};
};

/** UpdateAlias: to another key of the same kind and use. */
export const updateAlias: Operation<UpdateAliasRequest, Nothing> = (tx, input) => {
  const { AliasName: name = '' } = input;
  const fault = nameFault(name);
  if (fault !== undefined) return fault;
  const alias = tx.get(Aliases, name);
  if (alias === undefined) return aliasNotFound(aliasArn(tx, name));
  const found = targetKey(tx, input.TargetKeyId);
  if (isDomainError(found)) return found;
  const before = tx.get(Keys, alias.keyId);
  if (before !== undefined && before.usage !== found.key.usage) {
    return invalidState(
      `Alias ${aliasArn(tx, name)} cannot be changed from a KMS key with key usage ${before.usage} to one with key usage ${found.key.usage}.`,
    );
  }
  tx.put(Aliases, { ...alias, keyId: found.key.id, updatedAt: tx.now });
  return {};
};

export const deleteAlias: Operation<DeleteAliasRequest, Nothing> = (tx, input) => {
  const { AliasName: name = '' } = input;
  const fault = nameFault(name);
  if (fault !== undefined) return fault;
  if (tx.get(Aliases, name) === undefined) return aliasNotFound(aliasArn(tx, name));
  tx.delete(Aliases, name);
  return {};
};

const entryOf = (view: View, alias: Alias): Plain<AliasListEntry> => ({
  AliasName: alias.id,
  AliasArn: aliasArn(view, alias.id),
  TargetKeyId: alias.keyId,
  CreationDate: alias.createdAt,
  LastUpdatedDate: alias.updatedAt,
});

/** Aliases of AWS's own keys are always there; a key is behind one from its first use on. */
const managedEntries = (view: View): readonly Plain<AliasListEntry>[] =>
  managedAliases.map((name) => {
    const key = view.get(Keys, managedKeyId(view, name));
    const entry = { AliasName: name, AliasArn: aliasArn(view, name) };
    return key === undefined
      ? entry
      : {
          ...entry,
          TargetKeyId: key.id,
          CreationDate: key.createdAt,
          LastUpdatedDate: key.createdAt,
        };
  });

export const listAliases: Operation<ListAliasesRequest, ListAliasesResponse> = (tx, input) => {
  const found = input.KeyId === undefined ? undefined : findKey(tx, input.KeyId);
  if (isDomainError(found)) return found;
  const all = [...managedEntries(tx), ...tx.list(Aliases).map((alias) => entryOf(tx, alias))]
    .filter(({ TargetKeyId }) => found === undefined || TargetKeyId === found.key.id)
    .toSorted((a, b) => ((a.AliasName ?? '') < (b.AliasName ?? '') ? -1 : 1));
  const page = markedPage(all, input, 50, ({ AliasName }) => AliasName ?? '');
  return isDomainError(page) ? page : { Aliases: page.items, ...page.next };
};
