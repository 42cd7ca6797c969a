import { beforeEach, describe, expect, test } from 'vitest';
import { createTestIam, ec2Trust, everything, testAccount, type TestIam } from './test-iam.ts';

let it: TestIam;
beforeEach(async () => {
  it = await createTestIam();
});

const arn = `arn:aws:iam::${testAccount}:policy/app/p`;
const create = (): unknown =>
  it.call('CreatePolicy', { PolicyName: 'p', Path: '/app/', PolicyDocument: everything });

describe('a managed policy', () => {
  test('has versions, five at most, whose numbers do not come again', () => {
    create();
    const version = { PolicyArn: arn, PolicyDocument: everything.replace('*', 'ec2:*') };
    for (let i = 2; i <= 5; i++) it.call('CreatePolicyVersion', version);
    expect(it.fail('CreatePolicyVersion', version)).toMatchObject({ code: 'LimitExceeded' });
    it.call('DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v5' });
    const { PolicyVersion } = it.call('CreatePolicyVersion', { ...version, SetAsDefault: true });
    expect(PolicyVersion).toMatchObject({ VersionId: 'v6', IsDefaultVersion: true });
    expect(it.call('GetPolicy', { PolicyArn: arn })['Policy']).toMatchObject({
      PolicyName: 'p',
      DefaultVersionId: 'v6',
      Path: '/app/',
    });
    expect(it.call('ListPolicyVersions', { PolicyArn: arn })['Versions']).toMatchObject([
      { VersionId: 'v6' },
      { VersionId: 'v4' },
      { VersionId: 'v3' },
      { VersionId: 'v2' },
      { VersionId: 'v1' },
    ]);
    expect(it.fail('DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v6' }).code).toBe(
      'DeleteConflict',
    );
    it.call('SetDefaultPolicyVersion', { PolicyArn: arn, VersionId: 'v1' });
    const read = it.call('GetPolicyVersion', { PolicyArn: arn, VersionId: 'v1' });
    // GetPolicyVersion answers with these members.
    const { Document } = read['PolicyVersion'] as { Document: string };
    expect(decodeURIComponent(Document)).toBe(everything);
  });

  test('is deleted once nobody uses it and one version is left', () => {
    create();
    expect(it.fail('CreatePolicy', { PolicyName: 'P', PolicyDocument: everything })).toMatchObject({
      code: 'EntityAlreadyExists',
      message: 'A policy called P already exists. Duplicate names are not allowed.',
    });
    it.call('CreateRole', { RoleName: 'Web', AssumeRolePolicyDocument: ec2Trust });
    it.call('AttachRolePolicy', { RoleName: 'Web', PolicyArn: arn });
    expect(it.call('ListEntitiesForPolicy', { PolicyArn: arn })).toMatchObject({
      PolicyRoles: [{ RoleName: 'Web' }],
      PolicyUsers: [],
    });
    expect(it.fail('DeletePolicy', { PolicyArn: arn }).message).toBe(
      'Cannot delete a policy attached to entities.',
    );
    it.call('DetachRolePolicy', { RoleName: 'Web', PolicyArn: arn });
    it.call('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: everything });
    expect(it.fail('DeletePolicy', { PolicyArn: arn }).code).toBe('DeleteConflict');
    it.call('DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v2' });
    it.call('DeletePolicy', { PolicyArn: arn });
    expect(it.fail('GetPolicy', { PolicyArn: arn })).toMatchObject({
      code: 'NoSuchEntity',
      message: `Policy ${arn} was not found.`,
    });
  });

  test('of AWS can be read and not changed', () => {
    const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
    const read = it.call('GetPolicyVersion', { PolicyArn: administrator, VersionId: 'v1' });
    expect(JSON.stringify(read)).toContain('%22Allow%22');
    expect(it.fail('DeletePolicy', { PolicyArn: administrator }).code).toBe('AccessDenied');
    create();
    expect(it.call('ListPolicies', { Scope: 'Local' })['Policies']).toMatchObject([
      { Arn: arn, AttachmentCount: 0 },
    ]);
  });

  test.each([
    'AWSDenyAll',
    'IAMReadOnlyAccess',
    'job-function/ViewOnlyAccess',
    'service-role/AmazonEC2ContainerServiceforEC2Role',
    'aws-service-role/AutoScalingServiceRolePolicy',
  ])('of AWS is there with its document: %s', (name) => {
    const PolicyArn = `arn:aws:iam::aws:policy/${name}`;
    const policy = it.call('GetPolicy', { PolicyArn })['Policy'] as {
      readonly DefaultVersionId: string;
    };
    expect(policy).toMatchObject({ Arn: PolicyArn, AttachmentCount: 0 });
    const { DefaultVersionId: VersionId } = policy;
    const version = it.call('GetPolicyVersion', { PolicyArn, VersionId })['PolicyVersion'];
    expect(JSON.stringify(version)).toContain('%22Statement%22');
  });

  test('has tags', () => {
    create();
    it.call('TagPolicy', { PolicyArn: arn, Tags: [{ Key: 'k', Value: 'v' }] });
    expect(it.call('ListPolicyTags', { PolicyArn: arn })['Tags']).toEqual([
      { Key: 'k', Value: 'v' },
    ]);
    it.call('UntagPolicy', { PolicyArn: arn, TagKeys: ['k'] });
    expect(it.call('GetPolicy', { PolicyArn: arn })['Policy']).toMatchObject({ Tags: [] });
  });
});

describe('an instance profile', () => {
  test('holds one role', () => {
    for (const RoleName of ['a', 'b']) {
      it.call('CreateRole', { RoleName, AssumeRolePolicyDocument: ec2Trust });
    }
    const profile = { InstanceProfileName: 'Web' };
    it.call('CreateInstanceProfile', { ...profile, Tags: [{ Key: 'k', Value: 'v' }] });
    expect(it.fail('CreateInstanceProfile', profile).message).toBe(
      'Instance Profile Web already exists.',
    );
    it.call('AddRoleToInstanceProfile', { ...profile, RoleName: 'a' });
    expect(it.fail('AddRoleToInstanceProfile', { ...profile, RoleName: 'b' })).toMatchObject({
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
    });
    expect(it.call('GetInstanceProfile', profile)['InstanceProfile']).toMatchObject({
      Arn: `arn:aws:iam::${testAccount}:instance-profile/Web`,
      Roles: [{ RoleName: 'a' }],
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    expect(it.call('ListInstanceProfilesForRole', { RoleName: 'a' })).toMatchObject({
      InstanceProfiles: [{ InstanceProfileName: 'Web' }],
    });
    expect(it.call('ListInstanceProfiles')).toMatchObject({
      InstanceProfiles: [{ InstanceProfileName: 'Web' }],
    });
    expect(it.fail('DeleteInstanceProfile', profile).code).toBe('DeleteConflict');
    expect(it.fail('RemoveRoleFromInstanceProfile', { ...profile, RoleName: 'b' }).code).toBe(
      'NoSuchEntity',
    );
    it.call('TagInstanceProfile', { ...profile, Tags: [{ Key: 'more', Value: '' }] });
    it.call('UntagInstanceProfile', { ...profile, TagKeys: ['k'] });
    expect(it.call('ListInstanceProfileTags', profile)['Tags']).toEqual([
      { Key: 'more', Value: '' },
    ]);
    it.call('RemoveRoleFromInstanceProfile', { ...profile, RoleName: 'a' });
    it.call('DeleteInstanceProfile', profile);
    expect(it.fail('GetInstanceProfile', profile).message).toBe(
      'Instance Profile Web cannot be found.',
    );
  });
});

test('the root user hears of itself, and there are no others', () => {
  expect(it.call('GetUser')['User']).toMatchObject({ Arn: `arn:aws:iam::${testAccount}:root` });
  expect(it.fail('GetUser', { UserName: 'ann' })).toMatchObject({
    code: 'NoSuchEntity',
    message: 'The user with name ann cannot be found.',
  });
  expect(it.call('ListAccountAliases')).toEqual({ AccountAliases: [], IsTruncated: false });
});
