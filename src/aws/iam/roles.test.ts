import { beforeEach, describe, expect, test } from 'vitest';
import { testEpochMs } from '../../world/test-world.ts';
import {
  accountTrust,
  createTestIam,
  ec2Trust,
  everything,
  testAccount,
  type TestIam,
} from './test-iam.ts';

let it: TestIam;
beforeEach(async () => {
  it = await createTestIam();
});

const role = (RoleName: string, more: object = {}): object => ({
  RoleName,
  AssumeRolePolicyDocument: ec2Trust,
  ...more,
});
const ssm = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';

describe('a role', () => {
  test('is read back as it was written, with its document percent-encoded', () => {
    it.call('CreateRole', {
      ...role('Web', { Path: '/app/', Description: 'web servers', MaxSessionDuration: 7200 }),
      Tags: [{ Key: 'Name', Value: 'web' }],
    });
    const { Role } = it.call('GetRole', { RoleName: 'Web' });
    expect(Role).toMatchObject({
      Path: '/app/',
      RoleName: 'Web',
      Arn: `arn:aws:iam::${testAccount}:role/app/Web`,
      CreateDate: testEpochMs,
      Description: 'web servers',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'Name', Value: 'web' }],
    });
    // GetRole answers with these members.
    const answer = Role as { RoleId: string; AssumeRolePolicyDocument: string };
    expect(answer.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(answer.AssumeRolePolicyDocument).not.toContain('"');
    expect(decodeURIComponent(answer.AssumeRolePolicyDocument)).toBe(ec2Trust);
  });

  test('has a name of its own, whatever the case', () => {
    it.call('CreateRole', role('Web'));
    expect(it.fail('CreateRole', role('web'))).toMatchObject({
      code: 'EntityAlreadyExists',
      message: 'Role with name web already exists.',
    });
    expect(it.fail('GetRole', { RoleName: 'other' })).toMatchObject({
      code: 'NoSuchEntity',
      message: 'The role with name other cannot be found.',
    });
  });

  test('is changed: description, session, trust', () => {
    it.call('CreateRole', role('Web'));
    it.call('UpdateRole', { RoleName: 'Web', Description: 'new', MaxSessionDuration: 3601 });
    it.call('UpdateAssumeRolePolicy', {
      RoleName: 'Web',
      PolicyDocument: accountTrust('444455556666'),
    });
    const { Role } = it.call('UpdateRoleDescription', { RoleName: 'Web', Description: 'newer' });
    expect(Role).toMatchObject({
      Description: 'newer',
      MaxSessionDuration: 3601,
      AssumeRolePolicyDocument: expect.stringContaining('444455556666'),
    });
  });

  test('is deleted once nothing hangs on it', () => {
    it.call('CreateRole', role('Web'));
    it.call('AttachRolePolicy', { RoleName: 'Web', PolicyArn: ssm });
    it.call('PutRolePolicy', { RoleName: 'Web', PolicyName: 'p', PolicyDocument: everything });
    it.call('CreateInstanceProfile', { InstanceProfileName: 'Web' });
    it.call('AddRoleToInstanceProfile', { InstanceProfileName: 'Web', RoleName: 'Web' });
    const deleting = () => it.fail('DeleteRole', { RoleName: 'Web' });
    expect(deleting()).toMatchObject({
      code: 'DeleteConflict',
      message: 'Cannot delete entity, must remove roles from instance profile first.',
    });
    it.call('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'Web', RoleName: 'Web' });
    expect(deleting().message).toBe('Cannot delete entity, must detach all policies first.');
    it.call('DetachRolePolicy', { RoleName: 'Web', PolicyArn: ssm });
    expect(deleting().message).toBe('Cannot delete entity, must delete policies first.');
    it.call('DeleteRolePolicy', { RoleName: 'Web', PolicyName: 'p' });
    it.call('DeleteRole', { RoleName: 'Web' });
    expect(it.call('ListRoles')).toEqual({ Roles: [], IsTruncated: false, Marker: undefined });
  });

  test('is listed in pages, by path', () => {
    for (const name of ['c', 'a', 'b']) it.call('CreateRole', role(name, { Path: '/app/' }));
    it.call('CreateRole', role('other'));
    const first = it.call('ListRoles', { PathPrefix: '/app/', MaxItems: 2 });
    expect(first).toMatchObject({
      Roles: [{ RoleName: 'a' }, { RoleName: 'b' }],
      IsTruncated: true,
    });
    expect(
      it.call('ListRoles', { PathPrefix: '/app/', MaxItems: 2, Marker: first['Marker'] }),
    ).toMatchObject({ Roles: [{ RoleName: 'c' }], IsTruncated: false });
    expect(it.fail('ListRoles', { Marker: 'stranger' })).toMatchObject({ code: 'ValidationError' });
  });

  test.each([
    ['no JSON', 'This policy contains invalid Json'],
    [JSON.stringify({ Version: '2012-10-17' }), 'Syntax errors in policy.'],
    [everything, 'Has prohibited field Resource'],
    [
      ec2Trust.replace('sts:AssumeRole', 's3:Get'),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      ec2Trust.replace('ec2.amazonaws.com', 'nonsense'),
      'Invalid principal in policy: "SERVICE":"nonsense"',
    ],
    [
      accountTrust('1').replace('arn:aws:iam::1:root', `arn:aws:iam::${testAccount}:role/absent`),
      `Invalid principal in policy: "AWS":"arn:aws:iam::${testAccount}:role/absent"`,
    ],
  ])('is not made with the trust policy %s', (AssumeRolePolicyDocument, message) => {
    expect(it.fail('CreateRole', { RoleName: 'Web', AssumeRolePolicyDocument })).toMatchObject({
      code: 'MalformedPolicyDocument',
      message,
    });
  });

  test('has tags whose keys differ in more than case, fifty at most', () => {
    it.call('CreateRole', role('Web', { Tags: [{ Key: 'Team', Value: 'a' }] }));
    it.call('TagRole', { RoleName: 'Web', Tags: [{ Key: 'team', Value: 'b' }] });
    expect(it.call('ListRoleTags', { RoleName: 'Web' })['Tags']).toEqual([
      { Key: 'team', Value: 'b' },
    ]);
    it.call('UntagRole', { RoleName: 'Web', TagKeys: ['TEAM'] });
    expect(it.call('ListRoleTags', { RoleName: 'Web' })['Tags']).toEqual([]);
    expect(
      it.fail('TagRole', {
        RoleName: 'Web',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      }),
    ).toMatchObject({ code: 'InvalidInput' });
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    expect(it.fail('TagRole', { RoleName: 'Web', Tags: many })).toMatchObject({
      code: 'LimitExceeded',
    });
  });

  test('of an account is unknown to another', () => {
    it.call('CreateRole', role('Web'));
    const stranger = {
      account: '444455556666',
      arn: 'arn:aws:iam::444455556666:root',
      userId: '444455556666',
      isTemporary: false,
    };
    expect(it.fail('GetRole', { RoleName: 'Web' }, stranger).code).toBe('NoSuchEntity');
  });
});

describe('what a role may do', () => {
  beforeEach(() => {
    it.call('CreateRole', role('Web'));
  });

  test('is written inline and read back', () => {
    const put = { RoleName: 'Web', PolicyName: 'p', PolicyDocument: everything };
    it.call('PutRolePolicy', put);
    const { PolicyDocument } = it.call('GetRolePolicy', { RoleName: 'Web', PolicyName: 'p' });
    expect(decodeURIComponent(String(PolicyDocument))).toBe(everything);
    expect(it.call('ListRolePolicies', { RoleName: 'Web' })['PolicyNames']).toEqual(['p']);
    expect(it.fail('GetRolePolicy', { RoleName: 'Web', PolicyName: 'q' }).message).toBe(
      'The role policy with name q cannot be found.',
    );
    const large = everything.replace(
      '"Resource":"*"',
      `"Resource":"arn:aws:s3:::${'x'.repeat(11_000)}"`,
    );
    expect(it.fail('PutRolePolicy', { ...put, PolicyDocument: large })).toMatchObject({
      code: 'LimitExceeded',
      message: 'Maximum policy size of 10240 bytes exceeded for role Web',
    });
  });

  test.each([
    [everything.replace('2012-10-17', '2010-10-17'), 'Syntax errors in policy.'],
    [ec2Trust, 'Policy document should not specify a principal.'],
    [
      everything.replace('"Resource":"*"', '"Resource":"bucket"'),
      'Resource bucket must be in ARN format or "*".',
    ],
    [
      everything.replace('"Action":"*"', '"Action":"get"'),
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [everything.replace(',"Resource":"*"', ''), 'Policy statement must contain resources.'],
  ])('cannot be %s', (PolicyDocument, message) => {
    expect(
      it.fail('PutRolePolicy', { RoleName: 'Web', PolicyName: 'p', PolicyDocument }),
    ).toMatchObject({ code: 'MalformedPolicyDocument', message });
  });

  test('is attached once, and ten policies at most', () => {
    it.call('AttachRolePolicy', { RoleName: 'Web', PolicyArn: ssm });
    it.call('AttachRolePolicy', { RoleName: 'Web', PolicyArn: ssm });
    expect(it.call('ListAttachedRolePolicies', { RoleName: 'Web' })['AttachedPolicies']).toEqual([
      { PolicyName: 'AmazonSSMManagedInstanceCore', PolicyArn: ssm },
    ]);
    expect(it.call('GetPolicy', { PolicyArn: ssm })['Policy']).toMatchObject({
      AttachmentCount: 1,
    });
    const { Policies } = it.call('ListPolicies', { Scope: 'AWS' });
    // ListPolicies answers with these members.
    const arns = (Policies as { Arn: string }[]).map((policy) => policy.Arn).slice(0, 11);
    expect(() => {
      for (const PolicyArn of arns) it.call('AttachRolePolicy', { RoleName: 'Web', PolicyArn });
    }).toThrow('LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10');
    expect(
      it.fail('AttachRolePolicy', {
        RoleName: 'Web',
        PolicyArn: 'arn:aws:iam::aws:policy/NoSuchThing',
      }),
    ).toMatchObject({ code: 'NoSuchEntity', message: expect.stringContaining('ListPolicies') });
  });

  test('has a bound that is kept', () => {
    const boundary = { RoleName: 'Web', PermissionsBoundary: ssm };
    it.call('PutRolePermissionsBoundary', boundary);
    expect(it.call('GetRole', { RoleName: 'Web' })['Role']).toMatchObject({
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: ssm },
    });
    expect(
      it.call('ListEntitiesForPolicy', {
        PolicyArn: ssm,
        PolicyUsageFilter: 'PermissionsBoundary',
      }),
    ).toMatchObject({ PolicyRoles: [{ RoleName: 'Web' }] });
    it.call('DeleteRolePermissionsBoundary', { RoleName: 'Web' });
    expect(it.fail('DeleteRolePermissionsBoundary', { RoleName: 'Web' }).code).toBe('NoSuchEntity');
  });
});

test('a role of a service is made once, and only the service may change it', () => {
  const made = it.call('CreateServiceLinkedRole', { AWSServiceName: 'autoscaling.amazonaws.com' });
  expect(made['Role']).toMatchObject({
    RoleName: 'AWSServiceRoleForAutoScaling',
    Path: '/aws-service-role/autoscaling.amazonaws.com/',
  });
  expect(
    it.fail('CreateServiceLinkedRole', { AWSServiceName: 'autoscaling.amazonaws.com' }),
  ).toMatchObject({ code: 'InvalidInput', message: expect.stringContaining('has been taken') });
  expect(it.fail('DeleteRole', { RoleName: 'AWSServiceRoleForAutoScaling' }).code).toBe(
    'UnmodifiableEntity',
  );
  const { DeletionTaskId } = it.call('DeleteServiceLinkedRole', {
    RoleName: 'AWSServiceRoleForAutoScaling',
  });
  expect(it.call('GetServiceLinkedRoleDeletionStatus', { DeletionTaskId })).toEqual({
    Status: 'SUCCEEDED',
  });
});
