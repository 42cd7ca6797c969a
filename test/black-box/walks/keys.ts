import { KMS } from '@aws-sdk/client-kms';
import { SSM } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { awsClient, awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const caller = { region: 'eu-west-1', accessKeyId: '333344447777' };

/** Keys of KMS: made, used, named, granted, rotated, replicated, and gone in world time. */
export const walkKeys = (world: () => Running): void => {
  const kms = (region = 'eu-west-1'): KMS =>
    awsClient(KMS, world().endpoint, { ...caller, region });
  const newKey = async (input: object = {}): Promise<string> => {
    const { KeyMetadata } = await kms().createKey(input);
    return given(KeyMetadata?.Arn);
  };

  describe('keys', () => {
    it('encrypt, decrypt and make data keys', async () => {
      const KeyId = await newKey({ Description: 'walk', Tags: [{ TagKey: 'a', TagValue: '1' }] });
      const context = { EncryptionContext: { tenant: 'a' } };
      const Plaintext = Buffer.from('attack at dawn');
      const { CiphertextBlob } = await kms().encrypt({ KeyId, Plaintext, ...context });
      const decrypted = await kms().decrypt({ CiphertextBlob, ...context });
      expect(Buffer.from(given(decrypted.Plaintext)).toString()).toBe('attack at dawn');
      expect(await refusalOf(kms().decrypt({ CiphertextBlob }))).toMatchObject({
        code: 'InvalidCiphertextException',
        status: 400,
      });
      const other = await newKey();
      const again = await kms().reEncrypt({
        CiphertextBlob,
        DestinationKeyId: other,
        SourceEncryptionContext: context.EncryptionContext,
      });
      expect(again).toMatchObject({ SourceKeyId: KeyId, KeyId: other });
      const data = await kms().generateDataKey({ KeyId, KeySpec: 'AES_256' });
      expect(data.Plaintext).toHaveLength(32);
      const opened = await kms().decrypt({ CiphertextBlob: data.CiphertextBlob });
      expect(opened.Plaintext).toEqual(data.Plaintext);
      const bare = await kms().generateDataKeyWithoutPlaintext({ KeyId, NumberOfBytes: 16 });
      expect((await kms().decrypt({ CiphertextBlob: bare.CiphertextBlob })).Plaintext).toHaveLength(
        16,
      );
      expect((await kms().generateRandom({ NumberOfBytes: 24 })).Plaintext).toHaveLength(24);
      const mac = await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
      const message = { KeyId: mac, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256' as const };
      const { Mac } = await kms().generateMac(message);
      expect((await kms().verifyMac({ ...message, Mac })).MacValid).toBe(true);
    });

    it('have aliases, tags, policies and grants', async () => {
      const KeyId = await newKey();
      await kms().createAlias({ AliasName: 'alias/walk', TargetKeyId: KeyId });
      await kms().updateAlias({ AliasName: 'alias/walk', TargetKeyId: await newKey() });
      const { Aliases } = await kms().listAliases({});
      expect(Aliases?.map(({ AliasName }) => AliasName)).toEqual(
        expect.arrayContaining(['alias/aws/ebs', 'alias/walk']),
      );
      await kms().deleteAlias({ AliasName: 'alias/walk' });
      await kms().tagResource({ KeyId, Tags: [{ TagKey: 'b', TagValue: '2' }] });
      await kms().untagResource({ KeyId, TagKeys: ['c'] });
      expect((await kms().listResourceTags({ KeyId })).Tags).toEqual([
        { TagKey: 'b', TagValue: '2' },
      ]);
      const { Policy = '' } = await kms().getKeyPolicy({ KeyId });
      expect(JSON.parse(Policy)).toMatchObject({ Id: 'key-default-1' });
      await kms().putKeyPolicy({ KeyId, Policy });
      expect((await kms().listKeyPolicies({ KeyId })).PolicyNames).toEqual(['default']);
      await kms().updateKeyDescription({ KeyId, Description: 'another' });
      const RetiringPrincipal = 'arn:aws:iam::333344447777:role/retiring';
      const grant = {
        KeyId,
        GranteePrincipal: 'arn:aws:iam::333344447777:role/reader',
        RetiringPrincipal,
        Operations: ['Decrypt' as const],
      };
      const first = await kms().createGrant(grant);
      const second = await kms().createGrant(grant);
      expect((await kms().listGrants({ KeyId })).Grants).toHaveLength(2);
      expect((await kms().listRetirableGrants({ RetiringPrincipal })).Grants).toHaveLength(2);
      await kms().revokeGrant({ KeyId, GrantId: first.GrantId });
      await kms().retireGrant({ GrantToken: second.GrantToken });
      expect((await kms().listGrants({ KeyId })).Grants).toEqual([]);
    });

    it('are switched off, rotated, and end in world time', async () => {
      const KeyId = await newKey();
      await kms().disableKey({ KeyId });
      expect(await refusalOf(kms().encrypt({ KeyId, Plaintext: Buffer.from('x') }))).toEqual({
        code: 'DisabledException',
        message: `${KeyId} is disabled.`,
        status: 400,
      });
      await kms().enableKey({ KeyId });
      await kms().enableKeyRotation({ KeyId, RotationPeriodInDays: 100 });
      expect(await kms().getKeyRotationStatus({ KeyId })).toMatchObject({
        KeyRotationEnabled: true,
        RotationPeriodInDays: 100,
      });
      await kms().disableKeyRotation({ KeyId });
      await kms().rotateKeyOnDemand({ KeyId });
      expect((await kms().listKeyRotations({ KeyId })).Rotations).toMatchObject([
        { RotationType: 'ON_DEMAND' },
      ]);
      const scheduled = await kms().scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
      expect(scheduled).toMatchObject({ KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
      await kms().cancelKeyDeletion({ KeyId });
      expect((await kms().describeKey({ KeyId })).KeyMetadata?.KeyState).toBe('Disabled');
      expect((await kms().listKeys({})).Keys?.map(({ KeyArn }) => KeyArn)).toContain(KeyId);
    });

    it('decrypt in another Region what a related key encrypted', async () => {
      const KeyId = await newKey({ MultiRegion: true });
      const id = given(KeyId.split('/')[1]);
      await kms().replicateKey({ KeyId, ReplicaRegion: 'eu-west-3' });
      await eventually(async () => {
        const { KeyMetadata } = await kms('eu-west-3').describeKey({ KeyId: id });
        return KeyMetadata?.KeyState === 'Enabled';
      });
      const { CiphertextBlob } = await kms().encrypt({ KeyId, Plaintext: Buffer.from('both') });
      const there = await kms('eu-west-3').decrypt({ CiphertextBlob });
      expect(Buffer.from(given(there.Plaintext)).toString()).toBe('both');
      expect(await refusalOf(kms('eu-west-2').decrypt({ CiphertextBlob }))).toMatchObject({
        code: 'AccessDeniedException',
      });
      await kms().updatePrimaryRegion({ KeyId, PrimaryRegion: 'eu-west-3' });
      const { KeyMetadata } = await kms().describeKey({ KeyId });
      expect(KeyMetadata?.MultiRegionConfiguration?.MultiRegionKeyType).toBe('REPLICA');
    });

    it('must be in the Region that a snapshot is copied to', async () => {
      const { ec2 } = awsClients(world().endpoint, caller);
      const away = awsClients(world().endpoint, { ...caller, region: 'eu-west-3' }).ec2;
      const { VolumeId } = await ec2.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 1 });
      await eventually(async () => {
        const { Volumes } = await ec2.describeVolumes({ VolumeIds: [given(VolumeId)] });
        return Volumes?.[0]?.State === 'available';
      });
      const { SnapshotId: id = '' } = await ec2.createSnapshot({ VolumeId });
      await eventually(async () => {
        const { Snapshots } = await ec2.describeSnapshots({ SnapshotIds: [id] });
        return Snapshots?.[0]?.State === 'completed';
      });
      const { SnapshotId = '' } = await away.copySnapshot({
        SourceRegion: 'eu-west-1',
        SourceSnapshotId: id,
        Encrypted: true,
        KmsKeyId: await newKey(),
      });
      const ended = await eventually(async () => {
        const { Snapshots } = await away.describeSnapshots({ SnapshotIds: [SnapshotId] });
        return Snapshots?.[0]?.State !== 'pending' && Snapshots?.[0];
      });
      expect(ended).toMatchObject({
        State: 'error',
        StateMessage: 'Given key ID is not accessible',
      });
      await away.deleteSnapshot({ SnapshotId });
      await ec2.deleteSnapshot({ SnapshotId: id });
      await ec2.deleteVolume({ VolumeId });
    });

    it('keep secure strings', async () => {
      const ssm = awsClient(SSM, world().endpoint, caller);
      const Name = '/walk/password';
      await ssm.putParameter({ Name, Value: 'hunter2', Type: 'SecureString' });
      expect((await ssm.getParameter({ Name })).Parameter?.Value).not.toContain('hunter2');
      const { Parameter } = await ssm.getParameter({ Name, WithDecryption: true });
      expect(Parameter?.Value).toBe('hunter2');
    });
  });
};
