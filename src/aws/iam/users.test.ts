import { beforeEach, describe, expect, test } from 'vitest';
import { identify } from '../sts/session-credentials.ts';
import { accountOfAccessKey } from './access-key-form.ts';
import { createTestIam, everything, testAccount, type TestIam } from './test-iam.ts';
import { noAccount, partitionShard } from '../../world/entity.ts';

let it: TestIam;
beforeEach(async () => {
  it = await createTestIam();
  it.call('CreateUser', { UserName: 'Ann', Path: '/shop/' });
});

const UserName = 'Ann';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

const whoHas = (accessKeyId: string) =>
  identify(it.world.view(partitionShard, noAccount), accessKeyId, undefined);

const newKey = (): { readonly id: string; readonly secret: string } => {
  const { AccessKey } = it.call('CreateAccessKey', { UserName });
  // CreateAccessKey answers with these members.
  const { AccessKeyId: id, SecretAccessKey: secret } = AccessKey as {
    readonly AccessKeyId: string;
    readonly SecretAccessKey: string;
  };
  return { id, secret };
};

describe('a user', () => {
  test('is found by its name, which no other has in whatever case', () => {
    const { User } = it.call('GetUser', { UserName });
    expect(User).toMatchObject({
      UserName,
      Path: '/shop/',
      Arn: `arn:aws:iam::${testAccount}:user/shop/Ann`,
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    });
    expect(it.fail('CreateUser', { UserName: 'ANN' }).code).toBe('EntityAlreadyExists');
    expect(it.fail('GetUser', { UserName: 'ann' }).code).toBe('NoSuchEntity');
    expect(it.call('ListUsers', { PathPrefix: '/elsewhere/' })['Users']).toEqual([]);
  });

  test('keeps its id, tags, groups and keys under another name', () => {
    const { User: before } = it.call('GetUser', { UserName });
    it.call('TagUser', { UserName, Tags: [{ Key: 'team', Value: 'shop' }] });
    const { id } = newKey();
    it.call('UpdateUser', { UserName, NewUserName: 'Eve', NewPath: '/' });
    expect(it.fail('GetUser', { UserName }).code).toBe('NoSuchEntity');
    const { User } = it.call('GetUser', { UserName: 'Eve' });
    expect(User).toMatchObject({
      UserId: (before as { readonly UserId: string }).UserId,
      Arn: `arn:aws:iam::${testAccount}:user/Eve`,
      Tags: [{ Key: 'team', Value: 'shop' }],
    });
    expect(whoHas(id)).toMatchObject({ caller: { arn: `arn:aws:iam::${testAccount}:user/Eve` } });
  });

  test('is not deleted while something hangs on it', () => {
    const refusal = (): string => it.fail('DeleteUser', { UserName }).code;
    const hanging: readonly (readonly [string, object, string, object])[] = [
      ['CreateLoginProfile', { Password: 'Secret-1' }, 'DeleteLoginProfile', {}],
      ['AttachUserPolicy', { PolicyArn: readOnly }, 'DetachUserPolicy', { PolicyArn: readOnly }],
      [
        'PutUserPolicy',
        { PolicyName: 'own', PolicyDocument: everything },
        'DeleteUserPolicy',
        { PolicyName: 'own' },
      ],
    ];
    for (const [add, what, remove, which] of hanging) {
      it.call(add, { UserName, ...what });
      expect(refusal()).toBe('DeleteConflict');
      it.call(remove, { UserName, ...which });
    }
    it.call('CreateGroup', { GroupName: 'g' });
    it.call('AddUserToGroup', { GroupName: 'g', UserName });
    expect(refusal()).toBe('DeleteConflict');
    expect(it.fail('DeleteGroup', { GroupName: 'g' }).code).toBe('DeleteConflict');
    it.call('RemoveUserFromGroup', { GroupName: 'g', UserName });
    const { id } = newKey();
    expect(refusal()).toBe('DeleteConflict');
    it.call('DeleteAccessKey', { UserName, AccessKeyId: id });
    it.call('DeleteUser', { UserName });
    expect(it.call('ListUsers')['Users']).toEqual([]);
  });
});

describe('policies of users and groups', () => {
  test('are attached, read back, and keep a policy from being deleted', () => {
    const { Policy } = it.call('CreatePolicy', { PolicyName: 'p', PolicyDocument: everything });
    const { Arn: PolicyArn } = Policy as { readonly Arn: string };
    it.call('CreateGroup', { GroupName: 'g' });
    it.call('AttachUserPolicy', { UserName, PolicyArn });
    it.call('AttachGroupPolicy', { GroupName: 'g', PolicyArn });
    it.call('PutGroupPolicy', {
      GroupName: 'g',
      PolicyName: 'own',
      PolicyDocument: everything,
    });
    expect(it.call('ListAttachedUserPolicies', { UserName })['AttachedPolicies']).toEqual([
      { PolicyName: 'p', PolicyArn },
    ]);
    expect(it.call('GetGroupPolicy', { GroupName: 'g', PolicyName: 'own' })).toMatchObject({
      GroupName: 'g',
      PolicyDocument: encodeURIComponent(everything).replaceAll('*', '%2A'),
    });
    expect(it.call('ListEntitiesForPolicy', { PolicyArn })).toMatchObject({
      PolicyUsers: [{ UserName }],
      PolicyGroups: [{ GroupName: 'g' }],
      PolicyRoles: [],
    });
    expect(it.call('GetPolicy', { PolicyArn })['Policy']).toMatchObject({ AttachmentCount: 2 });
    expect(it.fail('DeletePolicy', { PolicyArn }).code).toBe('DeleteConflict');
    expect(it.fail('DeleteGroup', { GroupName: 'g' }).code).toBe('DeleteConflict');
    expect(
      it.fail('PutUserPolicy', {
        UserName,
        PolicyName: 'large',
        PolicyDocument: everything.replace('"*"', JSON.stringify(`s3:${'a'.repeat(2048)}`)),
      }).code,
    ).toBe('LimitExceeded');
  });
});

describe('an access key', () => {
  test('tells its account, and stands for its user until it is switched off', () => {
    const { id, secret } = newKey();
    expect(accountOfAccessKey(id)).toBe(testAccount);
    const { User } = it.call('GetUser', { UserName });
    const { Arn: arn, UserId: userId } = User as { readonly Arn: string; readonly UserId: string };
    expect(whoHas(id)).toEqual({
      kind: 'known',
      caller: { account: testAccount, arn, userId, isTemporary: false },
      secretAccessKey: secret,
    });
    expect(
      it.call('GetUser', {}, { account: testAccount, arn, userId, isTemporary: false }),
    ).toEqual(it.call('GetUser', { UserName }));
    it.call('UpdateAccessKey', { UserName, AccessKeyId: id, Status: 'Inactive' });
    expect(whoHas(id)).toEqual({ kind: 'unknown' });
    it.call('DeleteAccessKey', { UserName, AccessKeyId: id });
    expect(whoHas(id)).toEqual({ kind: 'foreign' });
  });

  test('is one of two at most, and no two are alike', () => {
    const ids = [newKey().id, newKey().id];
    expect(new Set(ids).size).toBe(2);
    expect(it.fail('CreateAccessKey', { UserName }).code).toBe('LimitExceeded');
    expect(it.fail('CreateAccessKey', {}).code).toBe('ValidationError');
  });

  test.each(['AKIAIOSFODNN7EXAMPLE', 'AKIA', 'AKIA0000000000000000', 'test'])(
    'that is none of ours stands for an account as before: %s',
    (id) => {
      expect(['foreign', 'unknown']).toContain(whoHas(id).kind);
      expect(accountOfAccessKey('AKIA0000000000000000')).toBeUndefined();
    },
  );
});
