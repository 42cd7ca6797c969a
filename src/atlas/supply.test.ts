import { describe, expect, test } from 'vitest';
import { earth, type Geography } from './geography.ts';
import { readWorldFile } from './world-file.ts';

const geographyOf = (data: unknown): Geography => {
  const result = readWorldFile(data);
  if (result.kind === 'problem') throw new Error(result.message);
  return result.geography;
};

describe('the capacity of a world', () => {
  test('is endless on the Earth, without a rush', () => {
    expect(earth.stocksOf('use1-az1')).toEqual([]);
    expect(earth.rush).toBeUndefined();
  });

  test('is set for a zone, a Region or everywhere', () => {
    const world = geographyOf({
      regions: ['us-east-1', 'eu-west-1'],
      capacity: [
        { zone: 'use1-az1', types: 't3', vcpus: 32 },
        { region: 'eu-west-1', types: ['m5', 'c5.large'], vcpus: 16 },
        { vcpus: 64 },
      ],
      rush: { share: 0.5, minutes: 30 },
    });
    expect(world.stocksOf('use1-az1')).toEqual([
      { zoneId: 'use1-az1', types: ['t3'], vcpus: 32 },
      { zoneId: 'use1-az1', types: undefined, vcpus: 64 },
    ]);
    expect(world.stocksOf('euw1-az3')).toEqual([
      { zoneId: 'euw1-az3', types: ['m5', 'c5.large'], vcpus: 16 },
      { zoneId: 'euw1-az3', types: undefined, vcpus: 64 },
    ]);
    expect(world.rush).toEqual({ share: 0.5, durationMs: 1_800_000 });
  });

  test.each<[string, unknown, string]>([
    [
      'zone',
      { zone: 'use1-az9', vcpus: 1 },
      "capacity[0].zone: this world has no zone 'use1-az9'.",
    ],
    [
      'Region',
      { region: 'moon-1', vcpus: 1 },
      "capacity[0].region: this world has no Region 'moon-1'.",
    ],
    [
      'place',
      { zone: 'use1-az1', region: 'us-east-1', vcpus: 1 },
      'capacity[0]: it names a zone or a Region, not both.',
    ],
    ['type', { types: 'M5 Large', vcpus: 1 }, "capacity[0].types: it is a family such as 'm5'"],
    ['list of types', { types: [], vcpus: 1 }, 'capacity[0].types: it names at least one'],
    ['number', { zone: 'use1-az1' }, 'capacity[0].vcpus: it is a number from 0'],
    [
      'name',
      { zone: 'use1-az1', vcpu: 1 },
      "capacity[0]: 'vcpu' is nothing that is known here; 'vcpus' is.",
    ],
  ])('refuses a wrong %s', (_, entry, message) => {
    const result = readWorldFile({ capacity: [entry] });
    expect(result).toMatchObject({ kind: 'problem', message: expect.stringContaining(message) });
  });

  test.each([
    [{ share: 2, minutes: 5 }, 'rush.share'],
    [{ share: 0.5 }, 'rush.minutes'],
  ])('refuses the rush %o', (rush, place) => {
    expect(readWorldFile({ rush })).toMatchObject({
      kind: 'problem',
      message: expect.stringContaining(place),
    });
  });
});
