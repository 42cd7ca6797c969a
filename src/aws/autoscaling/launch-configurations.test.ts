import { beforeEach, describe, expect, it } from 'vitest';
import { testImage } from '../ec2/instances/test-instances.ts';
import {
  createLaunchConfiguration,
  describeLaunchConfigurations,
} from './launch-configurations.ts';
import { createGroupWorld, type GroupWorld } from './test-groups.ts';

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
});

const input = () => ({
  LaunchConfigurationName: 'old',
  ImageId: testImage(),
  InstanceType: 't3.micro',
});

describe('a launch configuration', () => {
  const unknown: readonly [string, object, RegExp][] = [
    [
      'an image',
      { ImageId: 'ami-0123456789abcdef0' },
      /^AMI ami-0123456789abcdef0 is invalid: The image id '\[ami-0123456789abcdef0\]' does not exist$/,
    ],
    ['an instance type', { InstanceType: 't9.micro' }, /t9\.micro/],
    ['a key pair', { KeyName: 'none' }, /^The key pair 'none' does not exist$/],
    [
      'a security group',
      { SecurityGroups: ['sg-0123456789abcdef0'] },
      /^The security group 'sg-0123456789abcdef0' does not exist$/,
    ],
    // Programs that have just made the profile wait while they read these words.
    ['an instance profile', { IamInstanceProfile: 'none' }, /^Invalid IamInstanceProfile: none$/],
  ];
  it.each(unknown)('names %s that there is', (_what, asked, message) => {
    const refusal = world.fail(createLaunchConfiguration, { ...input(), ...asked });
    expect(refusal.code).toBe('ValidationError');
    expect(refusal.message).toMatch(message);
    expect(world.call(describeLaunchConfigurations, {}).LaunchConfigurations).toEqual([]);
  });

  it('is made once by its name', () => {
    world.call(createLaunchConfiguration, input());
    expect(world.fail(createLaunchConfiguration, input()).code).toBe('AlreadyExists');
  });
});
