import type {
  CreateGrantRequest,
  CreateGrantResponse,
  GrantListEntry,
  ListGrantsRequest,
  ListGrantsResponse,
  ListRetirableGrantsRequest,
  RetireGrantRequest,
  RevokeGrantRequest,
} from '@aws-sdk/client-kms';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { Grants, type Grant } from './entities.ts';
import { dryRunSucceeded, validation } from './errors.ts';
import { deletionFault, findKey, stateFault } from './find-key.ts';
import { keyArn } from './key-arns.ts';
import { markedPage } from './marked-page.ts';

/** What HMAC keys and encryption keys can be granted for ("Grant operations", Developer Guide). */
const macOperations: readonly string[] = ['GenerateMac', 'VerifyMac'];
const cipherOperations: readonly string[] = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];
const anyOperations: readonly string[] = ['CreateGrant', 'DescribeKey', 'RetireGrant'];

const operationsFault = (usage: string, operations: readonly string[]): DomainError | undefined => {
  const possible = usage === 'ENCRYPT_DECRYPT' ? cipherOperations : macOperations;
  const wrong = operations.filter((one) => !possible.includes(one) && !anyOperations.includes(one));
  if (operations.length === 0) return validation('A grant needs at least one operation.');
  return wrong.length === 0
    ? undefined
    : validation(
        `Grant operations ${wrong.join(', ')} are not valid for a key with the usage ${usage}.`,
      );
};

const sameGrant = (a: Grant, b: Grant): boolean =>
  a.name !== null &&
  a.name === b.name &&
  a.grantee === b.grantee &&
  a.retiring === b.retiring &&
  [...a.operations].toSorted().join() === [...b.operations].toSorted().join() &&
  JSON.stringify(a.constraints) === JSON.stringify(b.constraints);

/** CreateGrant: the same name with the same parameters is the same grant. */
export const createGrant: Operation<CreateGrantRequest, CreateGrantResponse> = (tx, input) => {
  const found = findKey(tx, input.KeyId);
  if (isDomainError(found)) return found;
  const { Operations: operations = [] } = input;
  const fault = stateFault(found) ?? operationsFault(found.key.usage, operations);
  if (fault !== undefined) return fault;
  const grantee = input.GranteePrincipal ?? input.GranteeServicePrincipal;
  if (grantee === undefined) return validation('A grant needs a GranteePrincipal.');
  if (input.DryRun === true) return dryRunSucceeded();
  const random = found.tx.random('kms/grants');
  const grant: Grant = {
    id: random.hex(64),
    token: `AQpA${random.hex(64)}`,
    keyId: found.key.id,
    name: input.Name ?? null,
    grantee,
    retiring: input.RetiringPrincipal ?? input.RetiringServicePrincipal ?? null,
    operations,
    constraints: input.Constraints ?? null,
    createdAt: tx.now,
  };
  const same = found.tx.find(Grants, 'key', grant.keyId).find((one) => sameGrant(one, grant));
  const { id, token } = same ?? grant;
  if (same === undefined) found.tx.put(Grants, grant);
  return { GrantId: id, GrantToken: token };
};

const entryOf = (view: View, grant: Grant): Plain<GrantListEntry> => ({
  KeyId: keyArn(view, grant.keyId),
  GrantId: grant.id,
  ...(grant.name === null ? {} : { Name: grant.name }),
  CreationDate: grant.createdAt,
  GranteePrincipal: grant.grantee,
  ...(grant.retiring === null ? {} : { RetiringPrincipal: grant.retiring }),
  IssuingAccount: `arn:aws:iam::${view.account}:root`,
  Operations: [...grant.operations],
  ...(grant.constraints === null ? {} : { Constraints: grant.constraints }),
});

export const listGrants: Operation<ListGrantsRequest, ListGrantsResponse> = (tx, input) => {
  const found = findKey(tx, input.KeyId);
  if (isDomainError(found)) return found;
  const fault = deletionFault(found);
  if (fault !== undefined) return fault;
  const grantee = input.GranteePrincipal ?? input.GranteeServicePrincipal;
  const grants = found.tx
    .find(Grants, 'key', found.key.id)
    .filter(
      (grant) =>
        (input.GrantId === undefined || grant.id === input.GrantId) &&
        (grantee === undefined || grant.grantee === grantee),
    );
  const page = markedPage(grants, input, 50, ({ id }) => id);
  if (isDomainError(page)) return page;
  return { Grants: page.items.map((grant) => entryOf(found.tx, grant)), ...page.next };
};

export const listRetirableGrants: Operation<ListRetirableGrantsRequest, ListGrantsResponse> = (
  tx,
  input,
) => {
  const principal = input.RetiringPrincipal ?? input.RetiringServicePrincipal ?? '';
  const page = markedPage(tx.find(Grants, 'retiring', principal), input, 50, ({ id }) => id);
  if (isDomainError(page)) return page;
  return { Grants: page.items.map((grant) => entryOf(tx, grant)), ...page.next };
};

const grantNotFound = (id: string): DomainError =>
  new DomainError('NotFoundException', `Grant ID ${id} not found`);

const removeGrant = (tx: Tx, grant: Grant | undefined, id: string, isDry: boolean) => {
  if (grant === undefined) return grantNotFound(id);
  if (isDry) return dryRunSucceeded();
  tx.delete(Grants, grant.id);
  return {};
};

export const revokeGrant: Operation<RevokeGrantRequest, Nothing> = (tx, input) => {
  const found = findKey(tx, input.KeyId);
  if (isDomainError(found)) return found;
  const { GrantId: id = '' } = input;
  const grant = found.tx.get(Grants, id);
  const own = grant?.keyId === found.key.id ? grant : undefined;
  return removeGrant(found.tx, own, id, input.DryRun === true);
};

/** RetireGrant: by its token, or by its key and id. */
export const retireGrant: Operation<RetireGrantRequest, Nothing> = (tx, input) => {
  const { GrantToken: token, GrantId: id = '', KeyId: named } = input;
  const isDry = input.DryRun === true;
  if (token !== undefined) {
    const [grant] = tx.find(Grants, 'token', token);
    return grant === undefined
      ? new DomainError('InvalidGrantTokenException', 'The grant token is not valid.')
      : removeGrant(tx, grant, grant.id, isDry);
  }
  const found = findKey(tx, named);
  if (isDomainError(found)) return found;
  const grant = found.tx.get(Grants, id);
  return removeGrant(found.tx, grant?.keyId === found.key.id ? grant : undefined, id, isDry);
};
