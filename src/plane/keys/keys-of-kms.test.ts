import { describe, expect, test } from 'vitest';
import { createRecordingJournal } from '../../world/test-world.ts';
import { mendFault, openFault } from '../../world/fault-book.ts';
import { isDomainError } from '../../world/domain-error.ts';
import { account, bytes, createKeyWorld, days, kms, newKey } from './test-keys.ts';

const Plaintext = bytes('attack at dawn');
const EncryptionContext = { tenant: 'a', table: 't' };

describe('a key', () => {
  test('decrypts what it encrypted, in the same context alone', async () => {
    const it = await createKeyWorld();
    const KeyId = newKey(it);
    const { CiphertextBlob } = it.ask(kms, 'Encrypt', { KeyId, Plaintext, EncryptionContext });
    const sameOtherWay = { table: 't', tenant: 'a' };
    expect(
      it.ask(kms, 'Decrypt', { CiphertextBlob, EncryptionContext: sameOtherWay }),
    ).toMatchObject({ KeyId, Plaintext: Buffer.from(Plaintext) });
    expect(it.code(kms, 'Decrypt', { CiphertextBlob })).toBe('InvalidCiphertextException');
    const other = newKey(it);
    const named = { CiphertextBlob, EncryptionContext, KeyId: other };
    expect(it.code(kms, 'Decrypt', named)).toBe('IncorrectKeyException');
    const elsewhere = { CiphertextBlob, EncryptionContext };
    expect(it.code(kms, 'Decrypt', elsewhere, 'eu-west-1')).toBe('AccessDeniedException');
    const spoilt = Uint8Array.from(CiphertextBlob as Uint8Array);
    spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
    expect(it.code(kms, 'Decrypt', { CiphertextBlob: spoilt, EncryptionContext })).toBe(
      'InvalidCiphertextException',
    );
  });

  test('encrypts the same otherwise each time, and shows its secret nowhere', async () => {
    const journal = createRecordingJournal();
    const it = await createKeyWorld([], journal);
    const KeyId = newKey(it, { Description: 'd' });
    const [a, b] = [0, 1].map(() => it.ask(kms, 'Encrypt', { KeyId, Plaintext }));
    expect(a?.['CiphertextBlob']).not.toEqual(b?.['CiphertextBlob']);
    const secrets = [...journal.records.values()]
      .flat()
      .flatMap(({ changes }) => JSON.stringify(changes).match(/"secret":"([^"]+)"/)?.[1] ?? []);
    expect(secrets).toHaveLength(1);
    const told = JSON.stringify(
      ['DescribeKey', 'ListKeys', 'GetKeyPolicy', 'ListKeyRotations', 'GetKeyRotationStatus'].map(
        (operation) => it.ask(kms, operation, { KeyId }),
      ),
    );
    expect(told).not.toContain(secrets[0]);
  });

  test('decrypts after a restart', async () => {
    const journal = createRecordingJournal();
    const before = await createKeyWorld([], journal);
    const { CiphertextBlob } = before.ask(kms, 'Encrypt', { KeyId: newKey(before), Plaintext });
    const after = await createKeyWorld([], journal);
    expect(after.ask(kms, 'Decrypt', { CiphertextBlob })).toMatchObject({
      Plaintext: Buffer.from(Plaintext),
    });
  });

  test('is of no use while it is off, waits for its end, or is gone', async () => {
    const it = await createKeyWorld();
    const KeyId = newKey(it);
    const { CiphertextBlob } = it.ask(kms, 'Encrypt', { KeyId, Plaintext });
    it.ask(kms, 'CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    it.ask(kms, 'DisableKey', { KeyId });
    for (const [operation, input] of [
      ['Encrypt', { KeyId, Plaintext }],
      ['Decrypt', { CiphertextBlob }],
      ['GenerateDataKey', { KeyId: 'alias/a', NumberOfBytes: 8 }],
      ['EnableKeyRotation', { KeyId }],
    ] as const) {
      expect(it.code(kms, operation, input)).toBe('DisabledException');
    }
    it.ask(kms, 'EnableKey', { KeyId });
    expect(it.code(kms, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 6 })).toBe(
      'ValidationException',
    );
    it.ask(kms, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(it.code(kms, 'Decrypt', { CiphertextBlob })).toBe('KMSInvalidStateException');
    expect(it.code(kms, 'EnableKey', { KeyId })).toBe('KMSInvalidStateException');
    it.ask(kms, 'CancelKeyDeletion', { KeyId });
    expect(it.code(kms, 'Decrypt', { CiphertextBlob })).toBe('DisabledException');
    it.clock.advance(days(8));
    expect(it.ask(kms, 'DescribeKey', { KeyId })['KeyMetadata']).toMatchObject({
      KeyState: 'Disabled',
    });
    it.ask(kms, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    it.clock.advance(days(7));
    expect(it.code(kms, 'DescribeKey', { KeyId })).toBe('NotFoundException');
    expect(it.code(kms, 'DescribeKey', { KeyId: 'alias/a' })).toBe('NotFoundException');
    expect(it.code(kms, 'Decrypt', { CiphertextBlob })).toBe('AccessDeniedException');
  });

  test('rotates in world time and on demand, and still opens what it closed', async () => {
    const it = await createKeyWorld();
    const KeyId = newKey(it);
    const { CiphertextBlob } = it.ask(kms, 'Encrypt', { KeyId, Plaintext });
    it.ask(kms, 'EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    expect(it.ask(kms, 'GetKeyRotationStatus', { KeyId })).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
      NextRotationDate: it.world.clock.now() + days(90),
    });
    it.clock.advance(days(181));
    it.ask(kms, 'RotateKeyOnDemand', { KeyId });
    expect(it.ask(kms, 'ListKeyRotations', { KeyId })['Rotations']).toMatchObject([
      { RotationType: 'AUTOMATIC', KeyMaterialState: 'NON_CURRENT' },
      { RotationType: 'AUTOMATIC' },
      { RotationType: 'ON_DEMAND', KeyMaterialState: 'CURRENT' },
    ]);
    expect(it.ask(kms, 'Decrypt', { CiphertextBlob })).toMatchObject({
      Plaintext: Buffer.from(Plaintext),
    });
    it.ask(kms, 'DisableKeyRotation', { KeyId });
    it.clock.advance(days(365));
    expect(it.ask(kms, 'ListKeyRotations', { KeyId })['Rotations']).toHaveLength(3);
  });

  test('of AWS is there from its first use on, and stays as it is', async () => {
    const it = await createKeyWorld();
    expect(it.ask(kms, 'ListKeys', {})['Keys']).toEqual([]);
    const { KeyMetadata } = it.ask(kms, 'DescribeKey', { KeyId: 'alias/aws/ssm' });
    expect(KeyMetadata).toMatchObject({ KeyManager: 'AWS', Enabled: true });
    const { Arn: KeyId } = KeyMetadata as { readonly Arn: string };
    expect(it.ask(kms, 'ListKeys', {})['Keys']).toMatchObject([{ KeyArn: KeyId }]);
    expect(it.ask(kms, 'ListAliases', { KeyId })['Aliases']).toMatchObject([
      { AliasName: 'alias/aws/ssm' },
    ]);
    expect(it.code(kms, 'ScheduleKeyDeletion', { KeyId })).toBe('AccessDeniedException');
  });

  test('for HMACs makes and checks them', async () => {
    const it = await createKeyWorld();
    const KeyId = newKey(it, { KeySpec: 'HMAC_384', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const asked = { KeyId, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_384' };
    const { Mac } = it.ask(kms, 'GenerateMac', asked);
    expect(Mac).toHaveLength(48);
    expect(it.ask(kms, 'VerifyMac', { ...asked, Mac })).toMatchObject({ MacValid: true });
    expect(it.code(kms, 'VerifyMac', { ...asked, Mac, Message: bytes('other') })).toBe(
      'KMSInvalidMacException',
    );
    expect(it.code(kms, 'Encrypt', { KeyId, Plaintext })).toBe('InvalidKeyUsageException');
    expect(it.code(kms, 'GenerateMac', { ...asked, MacAlgorithm: 'HMAC_SHA_256' })).toBe(
      'InvalidKeyUsageException',
    );
  });

  test.each([
    ['CreateKey', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, 'NotImplemented'],
    ['CreateKey', { Origin: 'EXTERNAL' }, 'NotImplemented'],
    ['CreateKey', { KeyUsage: 'SIGN_VERIFY' }, 'ValidationException'],
    ['CreateKey', { Policy: '{' }, 'MalformedPolicyDocumentException'],
    ['DescribeKey', { KeyId: 'what' }, 'NotFoundException'],
    [
      'DescribeKey',
      { KeyId: `arn:aws:kms:eu-west-1:${account}:key/12345678-1234-4234-8234-123456789012` },
      'NotFoundException',
    ],
    ['EnableKey', { KeyId: 'alias/aws/ssm' }, 'NotFoundException'],
    ['CreateAlias', { AliasName: 'a', TargetKeyId: 'k' }, 'ValidationException'],
    ['CreateAlias', { AliasName: 'alias/aws/x', TargetKeyId: 'k' }, 'NotAuthorizedException'],
    ['DeleteAlias', { AliasName: 'alias/none' }, 'NotFoundException'],
    ['GenerateDataKey', { KeyId: 'alias/aws/ssm' }, 'ValidationException'],
    ['Decrypt', { CiphertextBlob: bytes('x') }, 'InvalidCiphertextException'],
    ['Encrypt', { KeyId: 'alias/aws/ssm', Plaintext, DryRun: true }, 'DryRunOperationException'],
  ])('%s of %j is refused with %s', async (operation, input, code) => {
    const it = await createKeyWorld();
    expect(it.code(kms, operation, input)).toBe(code);
  });
});

describe('a multi-Region key', () => {
  const [home, away] = ['us-east-1', 'eu-west-1'];
  const replicated = async () => {
    const it = await createKeyWorld();
    const KeyId = newKey(it, { MultiRegion: true });
    const id = KeyId.split('/')[1] ?? '';
    it.ask(kms, 'ReplicateKey', {
      KeyId,
      ReplicaRegion: away,
      Description: 'there',
      Tags: [{ TagKey: 'a', TagValue: 'b' }],
    });
    return { it, KeyId, id };
  };

  test('decrypts in the other Region what the first encrypted, also in its disaster', async () => {
    const { it, KeyId, id } = await replicated();
    const { CiphertextBlob } = it.ask(kms, 'Encrypt', { KeyId, Plaintext, EncryptionContext });
    openFault(it.world, { target: `region/${home}`, effect: 'disaster' });
    expect(it.ask(kms, 'Decrypt', { CiphertextBlob, EncryptionContext }, away)).toMatchObject({
      KeyId: `arn:aws:kms:${away}:${account}:key/${id}`,
      Plaintext: Buffer.from(Plaintext),
    });
    expect(it.ask(kms, 'DescribeKey', { KeyId: id }, away)['KeyMetadata']).toMatchObject({
      Description: 'there',
      MultiRegion: true,
      MultiRegionConfiguration: {
        MultiRegionKeyType: 'REPLICA',
        PrimaryKey: { Region: home },
        ReplicaKeys: [{ Region: away }],
      },
    });
    expect(it.ask(kms, 'ListResourceTags', { KeyId: id }, away)['Tags']).toEqual([
      { TagKey: 'a', TagValue: 'b' },
    ]);
  });

  test('hands a rotation to its replicas once the way is open again', async () => {
    const { it, KeyId } = await replicated();
    const { output: fault } = openFault(it.world, {
      target: `link/${home}/${away}`,
      effect: 'network',
    });
    if (isDomainError(fault)) throw new Error(fault.message);
    it.ask(kms, 'RotateKeyOnDemand', { KeyId });
    const { CiphertextBlob } = it.ask(kms, 'Encrypt', { KeyId, Plaintext });
    expect(it.code(kms, 'Decrypt', { CiphertextBlob }, away)).toBe('InvalidCiphertextException');
    const other = { KeyId, ReplicaRegion: 'ap-south-1' };
    it.ask(kms, 'ReplicateKey', other);
    mendFault(it.world, fault.id);
    expect(it.code(kms, 'Decrypt', { CiphertextBlob }, away)).toBeUndefined();
    expect(it.code(kms, 'Decrypt', { CiphertextBlob }, 'ap-south-1')).toBeUndefined();
  });

  test('changes places with a replica', async () => {
    const { it, KeyId, id } = await replicated();
    it.ask(kms, 'EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    it.ask(kms, 'UpdatePrimaryRegion', { KeyId, PrimaryRegion: away });
    for (const region of [home, away]) {
      expect(it.ask(kms, 'DescribeKey', { KeyId: id }, region)['KeyMetadata']).toMatchObject({
        MultiRegionConfiguration: {
          PrimaryKey: { Region: away },
          ReplicaKeys: [{ Region: home }],
        },
      });
    }
    expect(it.code(kms, 'ReplicateKey', { KeyId, ReplicaRegion: 'ap-south-1' })).toBe(
      'UnsupportedOperationException',
    );
    it.clock.advance(days(91));
    for (const region of [home, away]) {
      expect(it.ask(kms, 'ListKeyRotations', { KeyId: id }, region)['Rotations']).toHaveLength(1);
    }
  });

  test('ends after its replicas', async () => {
    const { it, KeyId, id } = await replicated();
    const window = { PendingWindowInDays: 7 };
    expect(it.ask(kms, 'ScheduleKeyDeletion', { KeyId, ...window })).toMatchObject({
      KeyState: 'PendingReplicaDeletion',
    });
    it.ask(kms, 'ScheduleKeyDeletion', { KeyId: id, ...window }, away);
    it.clock.advance(days(7) + 1);
    expect(it.code(kms, 'DescribeKey', { KeyId: id }, away)).toBe('NotFoundException');
    expect(it.ask(kms, 'DescribeKey', { KeyId })['KeyMetadata']).toMatchObject({
      KeyState: 'PendingDeletion',
    });
    it.clock.advance(days(7) + 1);
    expect(it.code(kms, 'DescribeKey', { KeyId })).toBe('NotFoundException');
  });

  test('is not made twice, nor where no way leads', async () => {
    const { it, KeyId } = await replicated();
    const again = { KeyId, ReplicaRegion: away };
    expect(it.code(kms, 'ReplicateKey', again)).toBe('AlreadyExistsException');
    openFault(it.world, { target: 'region/ap-south-1', effect: 'disaster' });
    expect(it.code(kms, 'ReplicateKey', { KeyId, ReplicaRegion: 'ap-south-1' })).toBe(
      'DependencyTimeoutException',
    );
    expect(it.code(kms, 'ReplicateKey', { KeyId: newKey(it), ReplicaRegion: away })).toBe(
      'UnsupportedOperationException',
    );
  });
});
