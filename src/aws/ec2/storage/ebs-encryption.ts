import type {
  DisableEbsEncryptionByDefaultResult,
  EnableEbsEncryptionByDefaultResult,
  GetEbsDefaultKmsKeyIdResult,
  GetEbsEncryptionByDefaultResult,
  ModifyEbsDefaultKmsKeyIdRequest,
  ModifyEbsDefaultKmsKeyIdResult,
  ResetEbsDefaultKmsKeyIdResult,
} from '@aws-sdk/client-ec2';
import { hashHex } from '../../../atlas/hash.ts';
import { DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import { EbsDefaultsTable, type EbsDefaults } from './volume-entities.ts';

const defaultsOf = (view: View): EbsDefaults =>
  view.get(EbsDefaultsTable, 'default') ?? {
    id: 'default',
    encryptionByDefault: false,
    kmsKeyId: null,
  };

/** The alias of the key that AWS keeps for an account's volumes. */
const managedAlias = 'alias/aws/ebs';

const kmsArn = (view: View, resource: string): string =>
  `arn:aws:kms:${view.shard}:${view.account}:${resource}`;

/** The key that AWS keeps for an account's volumes in a Region: the same in every world. */
const managedKeyArn = (view: View): string => {
  const digits = hashHex(32, 'kms-key', view.shard, view.account, managedAlias);
  const parts = [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ] as const;
  return kmsArn(view, `key/${parts.map(([from, to]) => digits.slice(from, to)).join('-')}`);
};

/**
 * The ARN of a key that a request names by id, ARN or alias. There is no KMS here: a key is a name, and whether it exists
 * is not asked. AWS asks later, too ("authenticates the KMS key asynchronously", CreateVolume).
 */
const kmsKeyArn = (view: View, named: string): string => {
  if (named === managedAlias || named === kmsArn(view, managedAlias)) return managedKeyArn(view);
  if (named.startsWith('arn:')) return named;
  return kmsArn(view, named.startsWith('alias/') ? named : `key/${named}`);
};

/** The key that a new encrypted volume or snapshot of the account has unless another is named. */
export const defaultKmsKeyArn = (view: View): string =>
  defaultsOf(view).kmsKeyId ?? managedKeyArn(view);

/** Whether and by which key something is encrypted. */
export interface Encryption {
  readonly encrypted: boolean;
  readonly kmsKeyId: string | null;
}

/**
 * How a volume is encrypted that is asked for in this way. One of an encrypted snapshot always is, and one in a Region where
 * the account encrypts by default too ("Amazon EBS encryption", Amazon EBS User Guide).
 */
export const encryptionOf = (
  view: View,
  asked: { readonly encrypted?: boolean | undefined; readonly kmsKeyId?: string | undefined },
  snapshot?: Encryption & { readonly ownerId: string },
): Encryption | DomainError => {
  if (asked.kmsKeyId !== undefined && asked.kmsKeyId !== '' && asked.encrypted !== true) {
    return new DomainError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
  }
  const encrypted =
    asked.encrypted === true ||
    snapshot?.encrypted === true ||
    defaultsOf(view).encryptionByDefault;
  if (!encrypted) return { encrypted: false, kmsKeyId: null };
  if (asked.kmsKeyId !== undefined && asked.kmsKeyId !== '') {
    return { encrypted: true, kmsKeyId: kmsKeyArn(view, asked.kmsKeyId) };
  }
  const inherited = snapshot?.ownerId === view.account ? snapshot.kmsKeyId : null;
  return { encrypted: true, kmsKeyId: inherited ?? defaultKmsKeyArn(view) };
};

/** GetEbsEncryptionByDefault: off until somebody switches it on. */
export const getEbsEncryptionByDefault: Operation<
  Record<string, never>,
  GetEbsEncryptionByDefaultResult
> = (tx) => {
  const { encryptionByDefault } = defaultsOf(tx);
  return {
    EbsEncryptionByDefault: encryptionByDefault,
    SseType: encryptionByDefault ? 'sse-kms' : 'none',
  };
};

const setEncryptionByDefault = (tx: Tx, encryptionByDefault: boolean) => {
  tx.put(EbsDefaultsTable, { ...defaultsOf(tx), encryptionByDefault });
  return { EbsEncryptionByDefault: encryptionByDefault };
};

/** EnableEbsEncryptionByDefault: of new volumes; those that are there stay as they are. */
export const enableEbsEncryptionByDefault: Operation<
  Record<string, never>,
  EnableEbsEncryptionByDefaultResult
> = (tx) => setEncryptionByDefault(tx, true);

/** DisableEbsEncryptionByDefault */
export const disableEbsEncryptionByDefault: Operation<
  Record<string, never>,
  DisableEbsEncryptionByDefaultResult
> = (tx) => setEncryptionByDefault(tx, false);

const keyAnswer = (view: View) => ({ KmsKeyId: defaultsOf(view).kmsKeyId ?? managedAlias });

/** GetEbsDefaultKmsKeyId: the alias of AWS's own key unless the account has chosen one. */
export const getEbsDefaultKmsKeyId: Operation<
  Record<string, never>,
  GetEbsDefaultKmsKeyIdResult
> = (tx) => keyAnswer(tx);

/** ModifyEbsDefaultKmsKeyId */
export const modifyEbsDefaultKmsKeyId: Operation<
  ModifyEbsDefaultKmsKeyIdRequest,
  ModifyEbsDefaultKmsKeyIdResult
> = (tx, input) => {
  const kmsKeyId = kmsKeyArn(tx, input.KmsKeyId ?? '');
  tx.put(EbsDefaultsTable, {
    ...defaultsOf(tx),
    kmsKeyId: kmsKeyId === managedKeyArn(tx) ? null : kmsKeyId,
  });
  return keyAnswer(tx);
};

/** ResetEbsDefaultKmsKeyId: back to AWS's own key. */
export const resetEbsDefaultKmsKeyId: Operation<
  Record<string, never>,
  ResetEbsDefaultKmsKeyIdResult
> = (tx) => {
  tx.put(EbsDefaultsTable, { ...defaultsOf(tx), kmsKeyId: null });
  return keyAnswer(tx);
};
