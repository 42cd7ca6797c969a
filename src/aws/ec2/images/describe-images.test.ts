import { describe, expect, test } from 'vitest';
import { describeImages } from './describe-images.ts';
import { present, testRegion } from '../test-region.ts';

const newestAmazonLinux = (region: string) =>
  present(
    testRegion(region).call(describeImages, {
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023.*-kernel-*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    }).Images?.[0],
  );

describe('DescribeImages', () => {
  test('finds the Amazon Linux that stacks look for, by owner and name', () => {
    expect(newestAmazonLinux('us-east-1')).toMatchObject({
      ImageId: expect.stringMatching(/^ami-0[0-9a-f]{16}$/),
      State: 'available',
      Architecture: 'x86_64',
      OwnerId: '137112412989',
      ImageOwnerAlias: 'amazon',
      RootDeviceName: '/dev/xvda',
      RootDeviceType: 'ebs',
      VirtualizationType: 'hvm',
      ImdsSupport: 'v2.0',
      Public: true,
      CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  test('the same image has another id in another Region, where the first does not exist', () => {
    const here = present(newestAmazonLinux('us-east-1').ImageId);
    const there = newestAmazonLinux('eu-west-1');
    expect(there.ImageId).not.toBe(here);
    expect(there.Name).toBe(newestAmazonLinux('us-east-1').Name);
    expect(testRegion('eu-west-1').fail(describeImages, { ImageIds: [here] })).toMatchObject({
      code: 'InvalidAMIID.NotFound',
      message: `The image id '[${here}]' does not exist`,
    });
  });

  test.each([
    ['self', 0],
    ['aws-marketplace', 0],
    ['amazon', 7],
    ['099720109477', 2],
    ['111122223333', 0],
  ])('the owner %s has %d images', (owner, count) => {
    const { Images } = testRegion().call(describeImages, { Owners: [owner] });
    expect(Images).toHaveLength(count);
  });

  test.each([
    [{ ImageIds: ['ubuntu'] }, 'InvalidAMIID.Malformed'],
    [{ ImageIds: ['ami-12345678'] }, 'InvalidAMIID.NotFound'],
    [{ Owners: ['canonical'] }, 'InvalidUserID.Malformed'],
    [{ Filters: [{ Name: 'colour', Values: ['red'] }] }, 'InvalidParameterValue'],
  ])('%j is %s', (input, code) => {
    expect(testRegion().failCode(describeImages, input)).toBe(code);
  });
});
