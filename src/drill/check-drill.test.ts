import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Geography } from '../atlas/geography.ts';
import { readWorldFile } from '../atlas/world-file.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import { loadDrill as loadDrillOn } from './drill-file.ts';
import type { DrillPlan } from './drill-plan.ts';

/** World files of these tests are JSON. */
const readWorld = (file: string): Promise<Geography | DomainError> => {
  const read = readWorldFile(JSON.parse(readFileSync(file, 'utf8')));
  return Promise.resolve(
    read.kind === 'geography' ? read.geography : new DomainError('Invalid', read.message),
  );
};

const loadDrill = (named: string, worldFile?: string) =>
  loadDrillOn(named, { worldFile, readWorld });

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'faultline-drill-'));
  writeFileSync(join(directory, 'stack.ts'), '');
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

const right = {
  name: 'Shop',
  stack: './stack.ts',
  duration: '10m',
  traffic: [
    { name: 'readers', vantage: 'London,GB', request: 'http://www.example.test/', rate: 5 },
  ],
};

const written = (content: string, name = 'drill.yaml'): string => {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
};

const load = async (drill: unknown): Promise<DrillPlan | string> => {
  const plan = await loadDrill(written(JSON.stringify(drill)));
  return isDomainError(plan) ? plan.message : plan;
};

const withTraffic = (changes: object): object => ({
  ...right,
  traffic: [{ ...right.traffic[0], ...changes }],
});

const withSteps = (...timeline: readonly object[]): object => ({ ...right, timeline });

const power = { at: '1m', break: 'zone/use1-az1', effect: 'power' };

/** Each wrong drill, and what the line says after the file's name. */
const wrong: readonly (readonly [string, object, string])[] = [
  [
    'a field that the effect has not',
    withSteps({ ...power, oneWay: true }),
    "timeline[0]: The effect 'power' of zone/use1-az1 has no 'oneWay'; it takes severity, duration, seed, tail.",
  ],
  ['a bare tail', withSteps({ ...power, tail: 60 }), 'timeline[0].tail: is a duration such as'],
  [
    'operations that are no list',
    withSteps({ ...power, operations: 'RunInstances' }),
    'timeline[0].operations: is a list, not "RunInstances".',
  ],
  [
    'a direction that is neither true nor false',
    withSteps({ ...power, oneWay: 'yes' }),
    'timeline[0].oneWay: is true or false, not "yes".',
  ],
  ['no mapping', ['x'], 'is a mapping with name, stack,'],
  ['an unknown key', { ...right, speeed: 2 }, 'speeed: is not known here; there are name, stack,'],
  ['a missing name', { ...right, name: undefined }, 'name: is missing; it is a text.'],
  ['a wrong type', { ...right, seed: 'one' }, 'seed: is a whole number, 0 or more, not "one".'],
  [
    'a bare duration',
    { ...right, duration: 600 },
    'duration: is a duration such as 90s, 10m or 1h30m, not 600.',
  ],
  ['a bad duration', { ...right, duration: '10 min' }, 'duration: is a duration such as'],
  ['no time at all', { ...right, duration: '0s' }, 'duration: is longer than nothing.'],
  ['speed 0', { ...right, speed: 0 }, 'speed: is a number above 0, not 0.'],
  ['speed fast', { ...right, speed: 'fast' }, 'speed: is a number above 0, or auto, not "fast".'],
  [
    'a missing stack',
    { ...right, stack: './none.ts' },
    "stack: there is no file './none.ts' beside the drill.",
  ],
  ['no traffic', { ...right, traffic: [] }, 'traffic: is empty'],
  [
    'traffic twice',
    { ...right, traffic: [right.traffic[0], right.traffic[0]] },
    "traffic[1].name: 'readers' is there twice.",
  ],
  [
    'an unknown vantage',
    withTraffic({ vantage: 'Atlantis' }),
    "traffic[0].vantage: There is no place 'Atlantis'.",
  ],
  ['no URL', withTraffic({ request: 'www' }), 'traffic[0].request: is a URL such as'],
  [
    'https',
    withTraffic({ request: 'https://a.test/' }),
    'traffic[0].request: only http is served so far',
  ],
  [
    'an address',
    withTraffic({ request: 'http://10.0.0.1/' }),
    'traffic[0].request: users go to a name',
  ],
  [
    'a bad status',
    withTraffic({ request: { url: 'http://a.test/', expectStatus: 99 } }),
    'traffic[0].request.expectStatus: is an HTTP status',
  ],
  ['no rate', withTraffic({ rate: 0 }), 'traffic[0].rate: is a number above 0, not 0.'],
  ['half a client', withTraffic({ clients: 1.5 }), 'traffic[0].clients: is a whole number above 0'],
  [
    'an unknown zone',
    withSteps({ ...power, break: 'zone/use1-az99' }),
    "timeline[0]: Unknown target 'zone/use1-az99'",
  ],
  [
    'an effect that does not fit',
    withSteps({ ...power, effect: 'disaster' }),
    "timeline[0]: The effect 'disaster' is not available",
  ],
  [
    'a step after the end',
    withSteps({ ...power, at: '10m' }),
    'timeline[0].at: is not before the end',
  ],
  [
    'an unknown step key',
    withSteps({ ...power, until: '2m' }),
    'timeline[0].until: is not known here',
  ],
  [
    'mending what is well',
    withSteps({ at: '2m', mend: 'zone/use1-az1' }),
    "timeline[0].mend: 'zone/use1-az1' is not broken at that time.",
  ],
  [
    'mending what has mended itself',
    withSteps({ ...power, duration: '30s' }, { at: '2m', mend: 'zone/use1-az1' }),
    'timeline[1].mend:',
  ],
  [
    'mending twice',
    withSteps(power, { at: '2m', mend: 'zone/use1-az1' }, { at: '3m', mend: 'zone/use1-az1' }),
    'timeline[2].mend:',
  ],
  [
    'an unknown objective',
    { ...right, objectives: { rpo: '1m' } },
    "objectives.rpo: there is no objective 'rpo'; there are rto, availability, requestsLost.",
  ],
  [
    'an impossible share',
    { ...right, objectives: { availability: '101%' } },
    'objectives.availability: is a share such as',
  ],
];

describe('a drill file', () => {
  it.each(wrong)('with %s is one line that names the place', async (_, drill, says) => {
    const message = await load(drill);
    expect(message).toEqual(expect.stringContaining(`${join(directory, 'drill.yaml')}: ${says}`));
    expect(message).not.toContain('\n');
  });

  it('that is right is a plan with the usual values filled in', async () => {
    const plan = await load(withSteps({ at: '5m', mend: 'zone/use1-az1' }, power));
    expect(plan).toMatchObject({
      name: 'Shop',
      stackFile: join(directory, 'stack.ts'),
      seed: 1,
      speed: 'auto',
      durationMs: 600_000,
      traffic: [
        {
          place: { id: 'london-gb' },
          request: { method: 'GET', host: 'www.example.test', port: 80, path: '/' },
          ratePerSecond: 5,
          clients: 10,
          timeoutMs: 5000,
        },
      ],
      timeline: [
        { kind: 'break', atMs: 60_000 },
        { kind: 'mend', atMs: 300_000 },
      ],
      objectives: [],
    });
  });

  it('breaks things in every way that the admin API can', async () => {
    const plan = await load(
      withSteps(
        {
          at: '1m',
          break: 'api/us-east-1/ec2',
          effect: 'api',
          as: 'throttle',
          operations: ['RunInstances'],
          severity: 0.5,
          duration: '2m',
          tail: '1m',
          hold: '10s',
          seed: 4,
        },
        {
          at: '2m',
          break: 'link/use1-az1/use1-az2',
          effect: 'latency',
          latencyMs: 9,
          oneWay: true,
        },
      ),
    );
    if (typeof plan === 'string') throw new Error(plan);
    expect(plan.timeline).toMatchObject([
      {
        fault: {
          as: 'throttle',
          operations: ['RunInstances'],
          severity: 0.5,
          durationMs: 120_000,
          tailMs: 60_000,
          holdMs: 10_000,
          seed: 4,
        },
      },
      { fault: { latencyMs: 9, oneWay: true } },
    ]);
  });

  it('expects any success unless it says which status', async () => {
    const plans = [
      await load(right),
      await load(
        withTraffic({ request: { url: 'http://a.test:81/x?y=1', expectStatus: [204, 404] } }),
      ),
    ];
    const accepted = plans.map((plan) =>
      typeof plan === 'string'
        ? plan
        : [200, 204, 302, 404, 503].filter((status) => plan.traffic[0]?.request.expects(status)),
    );
    expect(accepted).toEqual([
      [200, 204, 302],
      [204, 404],
    ]);
  });

  it('may be a module', async () => {
    const file = written(`export default ${JSON.stringify(right)};`, 'module.mjs');
    expect(await loadDrill(file)).toMatchObject({ name: 'Shop' });
  });

  it.each([
    ['YAML that cannot be read', 'drill.yaml', 'name: [', 'drill.yaml: '],
    ['a key that is there twice', 'drill.yaml', 'name: a\nname: b\n', 'Map keys must be unique'],
    [
      'a module that throws',
      'broken.mjs',
      'throw new Error("on purpose")',
      'cannot be read: on purpose',
    ],
    ['a module without a drill', 'empty.mjs', 'export const a = 1;', 'no default export'],
    ['another kind of file', 'drill.txt', 'name: a', 'is no drill'],
  ])('that is %s is one line that names it', async (_, name, content, says) => {
    const file = written(content, name);
    const plan = await loadDrill(file);
    const message = isDomainError(plan) ? plan.message : '';
    expect(message).toContain(file);
    expect(message).toContain(says);
    expect(message).not.toContain('\n');
  });

  it('runs in the world that it names, unless it is told another', async () => {
    const oslo = {
      regions: ['eu-west-1'],
      addRegions: [{ code: 'eu-north-9', name: 'Europe (Oslo)', city: 'Oslo', zones: 2 }],
    };
    const world = written(JSON.stringify(oslo), 'oslo.json');
    const drill = {
      ...withSteps({ at: '1m', break: 'zone/eun9-az1', effect: 'power' }),
      world: './oslo.json',
    };
    const file = written(JSON.stringify(drill));
    const plan = await loadDrill(file);
    if (isDomainError(plan)) throw new Error(plan.message);
    expect(plan.geography.regions.map(({ code }) => code)).toEqual(['eu-west-1', 'eu-north-9']);
    const onEarth = written(JSON.stringify({ ...drill, world: undefined }));
    expect(await loadDrill(onEarth)).toMatchObject({
      message: expect.stringContaining('timeline[0]'),
    });
    expect(await loadDrill(onEarth, world)).toMatchObject({ name: 'Shop' });
    const elsewhere = { ...drill, traffic: [{ ...right.traffic[0], vantage: 'us-east-1' }] };
    expect(await loadDrill(written(JSON.stringify(elsewhere)))).toMatchObject({
      message: expect.stringContaining('traffic[0].vantage'),
    });
    written(JSON.stringify({ regions: ['mars-1'] }), 'oslo.json');
    expect(await loadDrill(written(JSON.stringify(drill)))).toMatchObject({
      message: expect.stringMatching(/drill\.yaml: world: .*mars-1/),
    });
  });

  it('is found in a directory, and missed in one without', async () => {
    written(JSON.stringify(right));
    expect(await loadDrill(directory)).toMatchObject({ file: join(directory, 'drill.yaml') });
    const empty = join(directory, 'empty');
    mkdirSync(empty);
    for (const [named, says] of [
      [empty, 'there is no drill.yaml, drill.yml, drill.ts'],
      [join(directory, 'nowhere'), 'there is no such file or directory'],
    ] as const) {
      expect(await loadDrill(named)).toMatchObject({ message: expect.stringContaining(says) });
    }
  });
});
