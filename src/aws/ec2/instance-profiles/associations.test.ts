import { beforeEach, describe, expect, test } from 'vitest';
import { partitionShard } from '../../../world/entity.ts';
import { isDomainError } from '../../../world/domain-error.ts';
import { execute } from '../../execute.ts';
import { iam } from '../../iam/service.ts';
import { accountTrust, ec2Trust } from '../../iam/test-iam.ts';
import { identify } from '../../sts/session-credentials.ts';
import { describeInstances, runInstances, terminateInstances } from '../instances/instances.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from '../instances/test-instances.ts';
import {
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  disassociateIamInstanceProfile,
  replaceIamInstanceProfileAssociation,
} from './associations.ts';
import { instanceRoleOf } from './instance-credentials.ts';

let it: InstanceWorld;

const iamCall = (operation: string, input: object): void => {
  const { output } = execute(it.world, {
    service: iam,
    operation,
    region: 'us-east-1',
    account: it.account,
    input: { ...input },
  });
  if (isDomainError(output)) throw new Error(output.message);
};

const profileWithRole = (name: string, trust: string = ec2Trust): string => {
  iamCall('CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust });
  iamCall('CreateInstanceProfile', { InstanceProfileName: name, Path: '/app/' });
  iamCall('AddRoleToInstanceProfile', { InstanceProfileName: name, RoleName: name });
  return `arn:aws:iam::${it.account}:instance-profile/app/${name}`;
};

beforeEach(async () => {
  it = await createInstanceWorld();
});

const launchInput = {
  ImageId: testImage(),
  InstanceType: 't3.micro',
  MinCount: 1,
  MaxCount: 1,
} as const;

describe('an instance', () => {
  test.each(['Name', 'Arn'] as const)('is launched with a profile by its %s', (by) => {
    const arn = profileWithRole('web');
    const [id = ''] = it.launch({ IamInstanceProfile: { [by]: by === 'Arn' ? arn : 'web' } });
    expect(it.describe(id).IamInstanceProfile).toEqual({
      Arn: arn,
      Id: expect.stringMatching(/^AIPA/),
    });
    for (const [Name, value] of [
      ['iam-instance-profile.arn', arn],
      ['iam-instance-profile.name', 'web'],
    ] as const) {
      const found = it.call(describeInstances, { Filters: [{ Name, Values: [value] }] });
      expect(found.Reservations).toHaveLength(1);
    }
  });

  test.each([
    [
      { Name: 'none' },
      'Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
    ],
    [
      { Arn: 'arn:none' },
      'Value (arn:none) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN',
    ],
    [
      { Name: 'empty' },
      'IAM Instance Profile "arn:aws:iam::123456789012:instance-profile/empty" has no associated IAM Roles',
    ],
  ])('is not launched with %j', (IamInstanceProfile, message) => {
    iamCall('CreateInstanceProfile', { InstanceProfileName: 'empty' });
    expect(it.fail(runInstances, { ...launchInput, IamInstanceProfile })).toMatchObject({
      code: 'InvalidParameterValue',
      message,
    });
  });

  test('is given a profile, another, and none', () => {
    const first = profileWithRole('first');
    const second = profileWithRole('second');
    const [InstanceId = ''] = it.launch();
    expect(
      it.fail(associateIamInstanceProfile, { InstanceId, IamInstanceProfile: { Name: 'first' } }),
    ).toMatchObject({ code: 'IncorrectInstanceState' });
    it.clock.advance(120_000);
    const made = it.call(associateIamInstanceProfile, {
      InstanceId,
      IamInstanceProfile: { Name: 'first' },
    }).IamInstanceProfileAssociation;
    expect(made).toMatchObject({ State: 'associating', IamInstanceProfile: { Arn: first } });
    expect(
      it.fail(associateIamInstanceProfile, { InstanceId, IamInstanceProfile: { Arn: second } }),
    ).toMatchObject({
      code: 'IncorrectState',
      message: `There is an existing association for instance ${InstanceId}`,
    });
    const AssociationId = it.call(replaceIamInstanceProfileAssociation, {
      AssociationId: made?.AssociationId,
      IamInstanceProfile: { Arn: second },
    }).IamInstanceProfileAssociation?.AssociationId;
    const listed = it.call(describeIamInstanceProfileAssociations, {
      Filters: [
        { Name: 'instance-id', Values: [InstanceId] },
        { Name: 'state', Values: ['associated'] },
      ],
    });
    expect(listed.IamInstanceProfileAssociations).toMatchObject([
      { AssociationId, InstanceId, IamInstanceProfile: { Arn: second }, State: 'associated' },
    ]);
    it.call(disassociateIamInstanceProfile, { AssociationId });
    expect(it.describe(InstanceId).IamInstanceProfile).toBeUndefined();
    expect(it.fail(disassociateIamInstanceProfile, { AssociationId })).toMatchObject({
      code: 'InvalidAssociationID.NotFound',
    });
  });

  test('loses its profile with its end', () => {
    profileWithRole('web');
    const [id = ''] = it.launch({ IamInstanceProfile: { Name: 'web' } });
    it.clock.advance(120_000);
    it.call(terminateInstances, { InstanceIds: [id] });
    it.clock.advance(300_000);
    expect(it.describe(id).State?.Name).toBe('terminated');
    expect(it.call(describeIamInstanceProfileAssociations, {})).toMatchObject({
      IamInstanceProfileAssociations: [],
    });
  });
});

describe('the role of an instance', () => {
  test('has credentials that are made anew well before they end', () => {
    profileWithRole('web');
    const [id = ''] = it.launch({ IamInstanceProfile: { Name: 'web' } });
    const credentials = () => {
      const issued = instanceRoleOf(it.view(), id)?.role?.credentials;
      if (issued === undefined) throw new Error('There are no credentials.');
      return issued;
    };
    const first = credentials();
    expect(credentials()).toEqual(first);
    const asks = () =>
      identify(it.world.view(partitionShard, it.account), first.accessKeyId, first.sessionToken);
    expect(asks()).toMatchObject({
      kind: 'known',
      secretAccessKey: first.secretAccessKey,
      caller: { arn: `arn:aws:sts::${it.account}:assumed-role/web/${id}` },
    });
    it.clock.advance(3_600_000);
    expect(credentials().accessKeyId).not.toBe(first.accessKeyId);
    expect(asks().kind).toBe('known');
    it.clock.advance(5 * 3_600_000);
    expect(asks().kind).toBe('expired');
  });

  test('has none when it does not trust EC2', () => {
    profileWithRole('web', accountTrust(it.account));
    const [id = ''] = it.launch({ IamInstanceProfile: { Name: 'web' } });
    expect(instanceRoleOf(it.view(), id)?.role).toEqual({ name: 'web', credentials: undefined });
  });

  test('is gone once the profile holds none', () => {
    profileWithRole('web');
    const [id = ''] = it.launch({ IamInstanceProfile: { Name: 'web' } });
    iamCall('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'web', RoleName: 'web' });
    expect(instanceRoleOf(it.view(), id)).toMatchObject({ profileArn: expect.any(String) });
    expect(instanceRoleOf(it.view(), id)?.role).toBeUndefined();
  });
});
