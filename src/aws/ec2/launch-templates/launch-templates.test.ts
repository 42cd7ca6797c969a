import { beforeEach, describe, expect, it } from 'vitest';
import { describeTags } from '../tags.ts';
import { runInstances } from '../instances/instances.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from '../instances/test-instances.ts';
import { getLaunchTemplateData } from './template-of-instance.ts';
import {
  createLaunchTemplate,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  modifyLaunchTemplate,
} from './templates.ts';
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersions,
  describeLaunchTemplateVersions,
} from './versions.ts';

let ec2: InstanceWorld;
beforeEach(async () => {
  ec2 = await createInstanceWorld();
});

const named = { LaunchTemplateName: 'web' };

const create = (): string =>
  ec2.call(createLaunchTemplate, {
    ...named,
    LaunchTemplateData: {
      ImageId: testImage(),
      InstanceType: 't3.micro',
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'tier', Value: 'web' },
            { Key: 'team', Value: 'a' },
          ],
        },
      ],
    },
  }).LaunchTemplate?.LaunchTemplateId ?? '';

const numbers = (versions: readonly string[]): readonly (number | undefined)[] =>
  (
    ec2.call(describeLaunchTemplateVersions, { ...named, Versions: versions })
      .LaunchTemplateVersions ?? []
  ).map((version) => version.VersionNumber);

describe('a launch template', () => {
  it('has versions, of which one is the default and one the latest', () => {
    const LaunchTemplateId = create();
    const second = ec2.call(createLaunchTemplateVersion, {
      LaunchTemplateId,
      SourceVersion: '1',
      VersionDescription: 'bigger',
      LaunchTemplateData: { InstanceType: 't3.small' },
    }).LaunchTemplateVersion;
    expect(second).toMatchObject({
      VersionNumber: 2,
      DefaultVersion: false,
      VersionDescription: 'bigger',
      LaunchTemplateData: { ImageId: testImage(), InstanceType: 't3.small' },
    });
    expect([numbers(['$Default']), numbers(['$Latest']), numbers([])]).toEqual([[1], [2], [2, 1]]);
    ec2.call(modifyLaunchTemplate, { LaunchTemplateId, DefaultVersion: '2' });
    expect(numbers(['$Default'])).toEqual([2]);
    expect(
      ec2.call(describeLaunchTemplates, { LaunchTemplateNames: ['web'] }).LaunchTemplates,
    ).toMatchObject([{ DefaultVersionNumber: 2, LatestVersionNumber: 2 }]);
  });

  it('loses versions but its default one, and never gives a number twice', () => {
    create();
    const LaunchTemplateData = { InstanceType: 't3.small' } as const;
    ec2.call(createLaunchTemplateVersion, { ...named, LaunchTemplateData });
    const deleted = ec2.call(deleteLaunchTemplateVersions, { ...named, Versions: ['1', '2', '9'] });
    expect(deleted.SuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 2 }]);
    expect(
      deleted.UnsuccessfullyDeletedLaunchTemplateVersions?.map((one) => one.ResponseError?.Code),
    ).toEqual(['unexpectedError', 'launchTemplateVersionDoesNotExist']);
    const next = ec2.call(createLaunchTemplateVersion, { ...named, LaunchTemplateData });
    expect(next.LaunchTemplateVersion?.VersionNumber).toBe(3);
  });

  it('is refused as AWS refuses it', () => {
    const LaunchTemplateId = create();
    const data = { LaunchTemplateData: { InstanceType: 't3.micro' } } as const;
    const other = 'lt-0123456789abcdef0';
    expect([
      ec2.fail(createLaunchTemplate, { ...named, ...data }).code,
      ec2.fail(createLaunchTemplate, { LaunchTemplateName: 'x1x', LaunchTemplateData: {} }).code,
      ec2.fail(createLaunchTemplate, { ...data, LaunchTemplateName: 'no spaces' }).code,
      ec2.fail(describeLaunchTemplates, { LaunchTemplateIds: [other] }).code,
      ec2.fail(describeLaunchTemplates, { LaunchTemplateIds: ['nonsense'] }).code,
      ec2.fail(describeLaunchTemplates, { LaunchTemplateNames: ['nobody'] }).code,
      ec2.fail(modifyLaunchTemplate, { LaunchTemplateId, DefaultVersion: '7' }).code,
      ec2.fail(deleteLaunchTemplate, { LaunchTemplateId: other }).code,
      ec2.fail(deleteLaunchTemplate, { LaunchTemplateId, ...named }).code,
      ec2.fail(describeLaunchTemplateVersions, {}).code,
    ]).toEqual([
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'MissingParameter',
      'InvalidLaunchTemplateName.MalformedException',
      'InvalidLaunchTemplateId.NotFound',
      'InvalidLaunchTemplateId.Malformed',
      'InvalidLaunchTemplateName.NotFoundException',
      'InvalidLaunchTemplateId.VersionNotFound',
      'InvalidLaunchTemplateId.NotFound',
      'InvalidParameterCombination',
      'MissingParameter',
    ]);
    ec2.call(deleteLaunchTemplate, { LaunchTemplateId });
    expect(ec2.call(describeLaunchTemplates, {}).LaunchTemplates).toEqual([]);
  });
});

describe('RunInstances by a template', () => {
  it('takes what the template says, but for what the request says itself', () => {
    const LaunchTemplateId = create();
    const { Instances: [instance] = [] } = ec2.call(runInstances, {
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: { LaunchTemplateId, Version: '$Latest' },
      InstanceType: 't3.small',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'b' }] }],
    });
    expect(instance).toMatchObject({ ImageId: testImage(), InstanceType: 't3.small' });
    expect(instance?.Tags).toEqual([
      { Key: 'aws:ec2launchtemplate:id', Value: LaunchTemplateId },
      { Key: 'aws:ec2launchtemplate:version', Value: '1' },
      { Key: 'team', Value: 'b' },
      { Key: 'tier', Value: 'web' },
    ]);
    const filter = { Name: 'resource-id', Values: [instance?.InstanceId ?? ''] };
    expect(ec2.call(describeTags, { Filters: [filter] }).Tags).toHaveLength(4);
  });

  it('is refused when there is no such template or version', () => {
    create();
    const launch = (LaunchTemplate: object): string =>
      ec2.fail(runInstances, { MinCount: 1, MaxCount: 1, LaunchTemplate }).code;
    expect(launch({ LaunchTemplateName: 'nobody' })).toBe(
      'InvalidLaunchTemplateName.NotFoundException',
    );
    expect(launch({ ...named, Version: '4' })).toBe('InvalidLaunchTemplateId.VersionNotFound');
    expect(launch({ ...named, Version: 'newest' })).toBe('InvalidParameterValue');
  });
});

it('says what a template would say that launches instances like one', () => {
  const [InstanceId = ''] = ec2.launch();
  const { LaunchTemplateData } = ec2.call(getLaunchTemplateData, { InstanceId });
  expect(LaunchTemplateData).toMatchObject({
    ImageId: testImage(),
    InstanceType: 't3.micro',
    NetworkInterfaces: [{ DeviceIndex: 0 }],
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda' }],
  });
});
