import { describe, expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import { isDeviceName, isSameDevice, volumeVariable } from './device-names.ts';
import { volumeConfiguration, type VolumeSettings } from './volume-types.ts';

describe('a volume', () => {
  test.each<[VolumeSettings, number | null, number | null]>([
    [{ sizeGiB: 1 }, 100, null],
    [{ volumeType: 'gp2', sizeGiB: 500 }, 1_500, null],
    [{ volumeType: 'gp2', sizeGiB: 16_384 }, 16_000, null],
    [{ volumeType: 'gp3', sizeGiB: 1 }, 3_000, 125],
    [{ volumeType: 'gp3', sizeGiB: 160, iops: 80_000, throughputMiBps: 2_000 }, 80_000, 2_000],
    [{ volumeType: 'io1', sizeGiB: 4, iops: 200 }, 200, null],
    [{ volumeType: 'io2', sizeGiB: 256, iops: 256_000 }, 256_000, null],
    [{ volumeType: 'st1', sizeGiB: 125 }, null, null],
    [{ volumeType: 'standard', sizeGiB: 1_024 }, null, null],
  ])('of %o has the performance of its type', (settings, iops, throughputMiBps) => {
    expect(volumeConfiguration(settings)).toMatchObject({
      volumeType: settings.volumeType ?? 'gp2',
      sizeGiB: settings.sizeGiB,
      iops,
      throughputMiBps,
    });
  });

  test.each<[VolumeSettings, string, string]>([
    [{}, 'MissingParameter', 'size/snapshot'],
    [{ sizeGiB: 0 }, 'InvalidParameterValue', 'at least 1 GiB'],
    [{ sizeGiB: 16_385 }, 'InvalidParameterValue', 'maximum is 16384GiB'],
    [{ volumeType: 'st1', sizeGiB: 124 }, 'InvalidParameterValue', 'at least 125 GiB'],
    [{ volumeType: 'standard', sizeGiB: 1_025 }, 'InvalidParameterValue', 'maximum is 1024GiB'],
    [{ volumeType: 'io1', sizeGiB: 3, iops: 100 }, 'InvalidParameterValue', 'at least 4 GiB'],
    [{ volumeType: 'gp2', sizeGiB: 9, iops: 300 }, 'InvalidParameterCombination', 'gp2'],
    [{ volumeType: 'io2', sizeGiB: 9 }, 'InvalidParameterCombination', 'must be specified'],
    [{ volumeType: 'io1', sizeGiB: 9, iops: 99 }, 'InvalidParameterValue', 'minimum is 100'],
    [{ volumeType: 'gp3', sizeGiB: 9, iops: 2_999 }, 'InvalidParameterValue', 'minimum is 3000'],
    [{ volumeType: 'gp3', sizeGiB: 999, iops: 80_001 }, 'InvalidParameterValue', '80000'],
    [{ volumeType: 'gp3', sizeGiB: 10, iops: 5_001 }, 'InvalidParameterValue', 'maximum is 500'],
    [{ volumeType: 'io1', sizeGiB: 10, iops: 501 }, 'InvalidParameterValue', 'maximum is 50'],
    [{ volumeType: 'io2', sizeGiB: 4, iops: 4_001 }, 'InvalidParameterValue', 'maximum is 1000'],
    [{ volumeType: 'gp2', sizeGiB: 9, throughputMiBps: 125 }, 'InvalidParameterCombination', 'gp2'],
    [{ volumeType: 'gp3', sizeGiB: 9, throughputMiBps: 124 }, 'InvalidParameterValue', '125'],
    [{ volumeType: 'gp3', sizeGiB: 9, throughputMiBps: 2_001 }, 'InvalidParameterValue', '2000'],
    [{ volumeType: 'gp3', sizeGiB: 9, throughputMiBps: 751 }, 'InvalidParameterValue', 'per iops'],
    [{ volumeType: 'gp9', sizeGiB: 9 }, 'UnknownVolumeType', 'gp9'],
  ])('of %o is refused: %s', (settings, code, words) => {
    const refusal = volumeConfiguration(settings);
    expect(isDomainError(refusal) && refusal).toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });
});

describe('the name of a device', () => {
  test.each(['/dev/sdf', 'sdf', '/dev/sda1', '/dev/sdz15', '/dev/xvdf', 'xvdh', '/dev/xvdba'])(
    '%s is one',
    (name) => expect(isDeviceName(name)).toBe(true),
  );
  test.each(['', 'Disk_D', '/dev/nvme1n1', '/dev/sdZZ', '/dev/sd', '/dev/sdf16', '/dev/xvdea'])(
    '%s is none',
    (name) => expect(isDeviceName(name)).toBe(false),
  );

  test('is the same with and without its directory', () => {
    expect(isSameDevice('/dev/sdf', 'sdf')).toBe(true);
    expect(isSameDevice('/dev/sdf', '/dev/xvdf')).toBe(false);
  });

  test('makes the name of a variable', () => {
    expect(volumeVariable('/dev/sdf')).toBe('VOLUME_SDF');
    expect(volumeVariable('xvdba')).toBe('VOLUME_XVDBA');
  });
});
