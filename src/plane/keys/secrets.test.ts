import { describe, expect, test } from 'vitest';
import { secretsmanager } from '../../aws/secretsmanager/service.ts';
import { isDomainError } from '../../world/domain-error.ts';
import { mendFault, openFault } from '../../world/fault-book.ts';
import { createRecordingJournal } from '../../world/test-world.ts';
import { createKeyWorld, days, kms, newKey, type Answer, type KeyWorld } from './test-keys.ts';

const [home, away] = ['us-east-1', 'eu-west-1'];
const token = (digit: number): string => `${digit}`.repeat(32);

/** A world with Secrets Manager, and its calls. */
const newSafe = async () => {
  const it = await createKeyWorld([secretsmanager]);
  const ask = (operation: string, input: object, region?: string): Answer =>
    it.ask(secretsmanager, operation, input, region);
  const code = (operation: string, input: object, region?: string): string | undefined =>
    it.code(secretsmanager, operation, input, region);
  const read = (input: object = {}, region?: string): unknown =>
    ask('GetSecretValue', { SecretId: 'db', ...input }, region)['SecretString'];
  return { it, ask, code, read };
};

const create = { Name: 'db', SecretString: 'one', ClientRequestToken: token(1) };

const breakDown = ({ world }: KeyWorld, target: string, effect: string): (() => void) => {
  const { output: fault } = openFault(world, { target, effect });
  if (isDomainError(fault)) throw new Error(fault.message);
  return () => {
    mendFault(world, fault.id);
  };
};

describe('a secret', () => {
  test('is read by name, ARN and part of it; what it was before is there, too', async () => {
    const { ask, read } = await newSafe();
    const { ARN } = ask('CreateSecret', create);
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:111122223333:secret:db-[A-Za-z0-9]{6}$/);
    ask('PutSecretValue', { SecretId: ARN, SecretString: 'two', ClientRequestToken: token(2) });
    expect(read()).toBe('two');
    expect(read({ SecretId: ARN })).toBe('two');
    expect(read({ SecretId: String(ARN).slice(0, -7) })).toBe('two');
    expect(read({ VersionStage: 'AWSPREVIOUS' })).toBe('one');
    expect(read({ VersionId: token(1) })).toBe('one');
    ask('UpdateSecret', { SecretId: 'db', SecretString: 'three', ClientRequestToken: token(3) });
    expect(ask('DescribeSecret', { SecretId: 'db' })['VersionIdsToStages']).toEqual({
      [token(2)]: ['AWSPREVIOUS'],
      [token(3)]: ['AWSCURRENT'],
    });
    expect(
      ask('ListSecretVersionIds', { SecretId: 'db', IncludeDeprecated: true })['Versions'],
    ).toHaveLength(3);
  });

  test('makes one version of one token, and no other of it', async () => {
    const { ask, code } = await newSafe();
    const first = ask('CreateSecret', create);
    expect(ask('CreateSecret', create)).toEqual(first);
    expect(code('CreateSecret', { ...create, SecretString: 'other' })).toBe(
      'ResourceExistsException',
    );
    const put = { SecretId: 'db', SecretString: 'two', ClientRequestToken: token(2) };
    expect(ask('PutSecretValue', put)).toEqual(ask('PutSecretValue', put));
    expect(code('PutSecretValue', { ...put, SecretString: 'x' })).toBe('ResourceExistsException');
  });

  test('moves its labels', async () => {
    const { ask, code, read } = await newSafe();
    ask('CreateSecret', create);
    const stages = ['AWSPENDING'];
    const put = { SecretId: 'db', SecretString: 'two', ClientRequestToken: token(2) };
    ask('PutSecretValue', { ...put, VersionStages: stages });
    expect(read()).toBe('one');
    expect(read({ VersionStage: 'AWSPENDING' })).toBe('two');
    const move = { SecretId: 'db', VersionStage: 'AWSCURRENT', MoveToVersionId: token(2) };
    expect(code('UpdateSecretVersionStage', move)).toBe('InvalidParameterException');
    ask('UpdateSecretVersionStage', { ...move, RemoveFromVersionId: token(1) });
    expect([read(), read({ VersionStage: 'AWSPREVIOUS' })]).toEqual(['two', 'one']);
  });

  test('is encrypted in the journal, and can be read after a restart', async () => {
    const journal = createRecordingJournal();
    const before = await createKeyWorld([secretsmanager], journal);
    before.ask(secretsmanager, 'CreateSecret', { ...create, SecretString: 'hunter2-hunter2' });
    expect(JSON.stringify([...journal.records.values()])).not.toContain('hunter2');
    const after = await createKeyWorld([secretsmanager], journal);
    expect(after.ask(secretsmanager, 'GetSecretValue', { SecretId: 'db' })).toMatchObject({
      SecretString: 'hunter2-hunter2',
    });
  });

  test('is as readable as its key', async () => {
    const { it, ask, code } = await newSafe();
    const KeyId = newKey(it);
    ask('CreateSecret', { ...create, KmsKeyId: KeyId });
    it.ask(kms, 'DisableKey', { KeyId });
    expect(code('GetSecretValue', { SecretId: 'db' })).toBe('DecryptionFailure');
    expect(code('PutSecretValue', { SecretId: 'db', SecretString: 'x' })).toBe('EncryptionFailure');
    expect(ask('BatchGetSecretValue', { SecretIdList: ['db', 'none'] })['Errors']).toMatchObject([
      { SecretId: 'db', ErrorCode: 'DecryptionFailure' },
      { SecretId: 'none', ErrorCode: 'ResourceNotFoundException' },
    ]);
  });

  test('waits for its deletion in world time, and can be had back until then', async () => {
    const { it, ask, code, read } = await newSafe();
    ask('CreateSecret', create);
    ask('DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: 7 });
    expect(code('GetSecretValue', { SecretId: 'db' })).toBe('InvalidRequestException');
    expect(code('CreateSecret', create)).toBe('InvalidRequestException');
    expect(ask('ListSecrets', {})['SecretList']).toEqual([]);
    expect(ask('ListSecrets', { IncludePlannedDeletion: true })['SecretList']).toHaveLength(1);
    it.clock.advance(days(6));
    ask('RestoreSecret', { SecretId: 'db' });
    it.clock.advance(days(30));
    expect(read()).toBe('one');
    ask('DeleteSecret', { SecretId: 'db' });
    it.clock.advance(days(30));
    expect(code('DescribeSecret', { SecretId: 'db' })).toBe('ResourceNotFoundException');
    expect(code('DeleteSecret', { SecretId: 'db', ForceDeleteWithoutRecovery: true })).toBe(
      undefined,
    );
  });

  test.each([
    ['CreateSecret', { Name: 'a b' }, 'InvalidParameterException'],
    ['CreateSecret', { Name: 'db' }, 'ResourceExistsException'],
    [
      'CreateSecret',
      { Name: 'x', AddReplicaRegions: [{ Region: 'mars-1' }] },
      'InvalidParameterException',
    ],
    ['CreateSecret', { Name: 'x', SecretString: 'a', KmsKeyId: 'alias/none' }, 'EncryptionFailure'],
    ['PutSecretValue', { SecretId: 'db' }, 'InvalidRequestException'],
    ['GetSecretValue', { SecretId: 'none' }, 'ResourceNotFoundException'],
    ['GetSecretValue', { SecretId: 'db', VersionStage: 'X' }, 'ResourceNotFoundException'],
    ['GetSecretValue', { SecretId: 'db', VersionId: token(9) }, 'ResourceNotFoundException'],
    ['DeleteSecret', { SecretId: 'db', RecoveryWindowInDays: 6 }, 'InvalidParameterException'],
    ['DeleteSecret', { SecretId: 'none' }, 'ResourceNotFoundException'],
    ['RotateSecret', { SecretId: 'db' }, 'InvalidRequestException'],
    ['CancelRotateSecret', { SecretId: 'db' }, 'InvalidRequestException'],
    ['StopReplicationToReplica', { SecretId: 'db' }, 'InvalidRequestException'],
    ['ListSecrets', { NextToken: 'stranger' }, 'InvalidNextTokenException'],
    [
      'PutResourcePolicy',
      { SecretId: 'db', ResourcePolicy: '{' },
      'MalformedPolicyDocumentException',
    ],
    [
      'PutResourcePolicy',
      {
        SecretId: 'db',
        BlockPublicPolicy: true,
        ResourcePolicy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
        }),
      },
      'PublicPolicyException',
    ],
    ['GetRandomPassword', { PasswordLength: 3 }, 'InvalidParameterException'],
  ])('%s of %j is refused with %s', async (operation, input, expected) => {
    const { ask, code } = await newSafe();
    ask('CreateSecret', create);
    expect(code(operation, input)).toBe(expected);
  });

  test('is found by what it is called, described and tagged', async () => {
    const { ask } = await newSafe();
    ask('CreateSecret', { Name: 'shop/db', Description: 'The Database' });
    ask('CreateSecret', { Name: 'shop/key', Tags: [{ Key: 'env', Value: 'live' }] });
    const names = (Key: string, ...Values: string[]): unknown => {
      const { SecretList } = ask('ListSecrets', { Filters: [{ Key, Values }] });
      // ListSecrets answers secrets with names.
      return (SecretList as readonly { readonly Name: string }[]).map(({ Name }) => Name);
    };
    expect(names('name', 'shop/')).toEqual(['shop/db', 'shop/key']);
    expect(names('name', '!shop/k')).toEqual(['shop/db']);
    expect(names('description', 'data')).toEqual(['shop/db']);
    expect(names('tag-key', 'env')).toEqual(['shop/key']);
    expect(names('tag-value', 'li')).toEqual(['shop/key']);
    expect(names('all', 'LIVE')).toEqual(['shop/key']);
  });

  test('of random letters has one of each type', async () => {
    const { ask } = await newSafe();
    for (let count = 0; count < 20; count++) {
      const { RandomPassword } = ask('GetRandomPassword', {
        PasswordLength: 5,
        IncludeSpace: true,
        ExcludeCharacters: 'abc',
      });
      expect(RandomPassword).toMatch(
        /^(?=.*[d-z])(?=.*[A-Z])(?=.*\d)(?=.* )(?=.*[!-/:-@[-`{-~]).{5}$/,
      );
    }
  });
});

describe('a replica of a secret', () => {
  const replicated = async () => {
    const safe = await newSafe();
    safe.ask('CreateSecret', {
      ...create,
      Tags: [{ Key: 'env', Value: 'live' }],
      AddReplicaRegions: [{ Region: away }],
    });
    return safe;
  };
  const statusOf = ({ ask }: Awaited<ReturnType<typeof newSafe>>): unknown =>
    ask('DescribeSecret', { SecretId: 'db' })['ReplicationStatus'];

  test('reads while the Region of its primary is in disaster', async () => {
    const safe = await replicated();
    const { it, ask, code, read } = safe;
    expect(statusOf(safe)).toMatchObject([{ Region: away, Status: 'InSync' }]);
    ask('PutSecretValue', { SecretId: 'db', SecretString: 'two' });
    breakDown(it, `region/${home}`, 'disaster');
    expect(read({}, away)).toBe('two');
    expect(read({ VersionStage: 'AWSPREVIOUS' }, away)).toBe('one');
    expect(ask('DescribeSecret', { SecretId: 'db' }, away)).toMatchObject({
      ARN: expect.stringContaining(`:${away}:`),
      PrimaryRegion: home,
      Tags: [{ Key: 'env', Value: 'live' }],
    });
    expect(code('PutSecretValue', { SecretId: 'db', SecretString: 'x' }, away)).toBe(
      'InvalidRequestException',
    );
    expect(code('DeleteSecret', { SecretId: 'db' }, away)).toBe('InvalidRequestException');
  });

  test('waits for the way between the Regions', async () => {
    const safe = await replicated();
    const { it, ask, read } = safe;
    const mend = breakDown(it, `link/${home}/${away}`, 'network');
    ask('PutSecretValue', { SecretId: 'db', SecretString: 'two' });
    expect(read({}, away)).toBe('one');
    expect(statusOf(safe)).toMatchObject([{ Region: away, Status: 'InProgress' }]);
    mend();
    expect(read({}, away)).toBe('two');
    expect(statusOf(safe)).toMatchObject([{ Region: away, Status: 'InSync' }]);
  });

  test('stands alone when its replication is stopped in the disaster, and stays what it became', async () => {
    const safe = await replicated();
    const { it, ask, read } = safe;
    const mend = breakDown(it, `region/${home}`, 'disaster');
    ask('StopReplicationToReplica', { SecretId: 'db' }, away);
    ask('PutSecretValue', { SecretId: 'db', SecretString: 'promoted' }, away);
    mend();
    expect(read({}, away)).toBe('promoted');
    expect(statusOf(safe)).toBeUndefined();
    ask('PutSecretValue', { SecretId: 'db', SecretString: 'old primary' });
    expect(read({}, away)).toBe('promoted');
  });

  test('goes when its Region is taken out, and before its primary', async () => {
    const { ask, code } = await replicated();
    expect(code('DeleteSecret', { SecretId: 'db' })).toBe('InvalidRequestException');
    ask('RemoveRegionsFromReplication', { SecretId: 'db', RemoveReplicaRegions: [away] });
    expect(code('DescribeSecret', { SecretId: 'db' }, away)).toBe('ResourceNotFoundException');
    ask('DeleteSecret', { SecretId: 'db', ForceDeleteWithoutRecovery: true });
  });

  test('takes no place that another secret has, unless it is told to', async () => {
    const safe = await newSafe();
    const { ask, read } = safe;
    ask('CreateSecret', { Name: 'db', SecretString: 'theirs' }, away);
    ask('CreateSecret', { ...create, AddReplicaRegions: [{ Region: away }] });
    expect(statusOf(safe)).toMatchObject([{ Status: 'Failed' }]);
    expect(read({}, away)).toBe('theirs');
    ask('ReplicateSecretToRegions', {
      SecretId: 'db',
      AddReplicaRegions: [{ Region: away }],
      ForceOverwriteReplicaSecret: true,
    });
    expect(statusOf(safe)).toMatchObject([{ Status: 'InSync' }]);
    expect(read({}, away)).toBe('one');
  });

  test('fails with a key that its Region does not have', async () => {
    const safe = await newSafe();
    const KmsKeyId = newKey(safe.it);
    safe.ask('CreateSecret', { ...create, AddReplicaRegions: [{ Region: away, KmsKeyId }] });
    expect(statusOf(safe)).toMatchObject([{ Status: 'Failed', KmsKeyId }]);
    expect(safe.code('DescribeSecret', { SecretId: 'db' }, away)).toBe('ResourceNotFoundException');
  });
});
