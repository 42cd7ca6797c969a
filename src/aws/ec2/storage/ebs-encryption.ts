import type {
  DisableEbsEncryptionByDefaultResult,
  EnableEbsEncryptionByDefaultResult,
  GetEbsDefaultKmsKeyIdResult,
  GetEbsEncryptionByDefaultResult,
  ModifyEbsDefaultKmsKeyIdRequest,
  ModifyEbsDefaultKmsKeyIdResult,
  ResetEbsDefaultKmsKeyIdResult,
} from '@aws-sdk/client-ec2';
import { DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { Aliases } from '../../kms/entities.ts';
import { aliasArn, keyArn } from '../../kms/key-arns.ts';
import { managedKeyId } from '../../kms/managed-keys.ts';
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

/** The key that AWS keeps for an account's volumes in a Region: the same in every world. */
const managedKeyArn = (view: View): string => keyArn(view, managedKeyId(view, managedAlias));

/**
 * The ARN of a key that a request names by id, ARN or alias. Whether there is one is not asked here: AWS asks later, too
 * ("authenticates the KMS key asynchronously", CreateVolume); `volume-keys.ts` says what comes of it.
 */
const kmsKeyArn = (view: View, named: string): string => {
  const alias = named.replace(aliasArn(view, ''), '');
  if (alias === managedAlias) return managedKeyArn(view);
  if (alias.startsWith('alias/')) {
    const target = view.get(Aliases, alias);
    return target === undefined ? aliasArn(view, alias) : keyArn(view, target.keyId);
  }
  return named.startsWith('arn:') ? named : keyArn(view, named);
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
