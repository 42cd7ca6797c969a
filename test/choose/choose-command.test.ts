import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import roundTrips from '../../src/atlas/facts/round-trips.json' with { type: 'json' };
import { choose, type ChooseOptions } from '../../src/cli/commands/choose.ts';
import { UsageError } from '../../src/text/usage-error.ts';
import { runCommand } from '../support/faultline-process.ts';

const runFaultline = (...args: readonly string[]): ReturnType<typeof runCommand> =>
  runCommand(args);

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'faultline-choose-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const europe = ['--users', 'London,GB:60', '--users', 'Berlin:40', '--instance', 'm5.large:4'];

describe('wrong use: one line on stderr that names what is nearest, exit code 2', () => {
  const users = ['London:100'];
  it.each<readonly [string, ChooseOptions, readonly string[]]>([
    ['an unknown city', { users: ['Lodnon:100'] }, ['--users', 'Lodnon', 'London,GB']],
    ['an ambiguous city', { users: ['San Jose:100'] }, ['San Jose', 'CR', 'say which']],
    ['an unknown service', { users, service: ['bedrok'] }, ['--service', 'bedrok', 'bedrock']],
    ['an unknown type', { users, instance: ['m5.lage:1'] }, ['--instance', 'm5.large']],
    ['a count of nought', { users, instance: ['m5.large:0'] }, ['--instance', 'm5.large:4']],
    ['an unknown country', { users, within: 'Germny' }, ['--within', 'Germny', 'Germany']],
    ['shares below 100', { users: ['London:60', 'Paris:30'] }, ['--users', '90', '100']],
    ['shares above 100', { users: ['London:60', 'Paris:50'] }, ['--users', '110', '100']],
    ['a share of nought', { users: ['London:0', 'Paris:100'] }, ['--users', 'London:0']],
    ['no share', { users: ['London', 'Paris:100'] }, ['--users', 'London']],
    ['a negative limit', { users, maxLatency: '-3' }, ['--max-latency', '-3']],
    ['an impossible limit', { users, maxLatency: '0' }, ['--max-latency 0 is impossible']],
    ['a limit without users', { service: ['s3'], maxLatency: '5' }, ['--users']],
    ['an unknown weight', { users, weights: 'cost=1' }, ['--weights', 'cost=1', 'price=1']],
    ['weights of nought', { users, weights: 'price=0' }, ['--weights']],
    ['a negative size', { users, storageGb: '-1' }, ['--storage-gb', '-1']],
    ['nothing asked', {}, ['--users']],
  ])('%s', async (_, options, words) => {
    const refusal: unknown = await choose(undefined, options).catch((error: unknown) => error);
    if (!(refusal instanceof UsageError)) throw new Error('It was not refused.');
    expect(refusal.message).not.toContain('\n');
    for (const word of words) expect(refusal.message).toContain(word);
  });

  it('in a terminal', async () => {
    const city = await runFaultline('choose', '--users', 'Lodnon:100');
    const stderr = "faultline: --users: There is no place 'Lodnon'. Near it is 'London,GB'.\n";
    expect(city).toEqual({ exitCode: 2, stdout: '', stderr });
    const file = await runFaultline('choose', 'nowhere.yaml');
    expect(file).toMatchObject({ exitCode: 2, stdout: '' });
    expect(file.stderr).toMatch(/^faultline: [^\n]*nowhere\.yaml[^\n]*\n$/);
  });

  it('an unknown Region, and one of another partition', async () => {
    const typing = await runFaultline('region', 'eu-wst-1');
    expect(typing).toMatchObject({ exitCode: 2, stdout: '' });
    expect(typing.stderr).toContain("'eu-west-1'");
    const foreign = await runFaultline('region', 'cn-north-1');
    expect(foreign.exitCode).toBe(2);
    expect(foreign.stderr).toContain('partition aws-cn');
  });
});

describe('limits that exclude everything: exit code 1, and what to relax by how much', () => {
  it('a latency that none keeps', async () => {
    const { exitCode, stderr } = await runFaultline('choose', ...europe, '--max-latency', '10');
    expect(exitCode).toBe(1);
    const [, needed = '', more = '', code = ''] =
      /raise --max-latency from 10 to (\d+) \((\d+) ms more: ([a-z0-9-]+)\)/.exec(stderr) ?? [];
    expect(Number(more)).toBe(Number(needed) - 10);
    const relaxed = await runFaultline('choose', '--json', ...europe, '--max-latency', needed);
    expect(JSON.parse(relaxed.stdout).ranking).toMatchObject([{ region: code }]);
    const less = String(Number(needed) - 1);
    expect((await runFaultline('choose', ...europe, '--max-latency', less)).exitCode).toBe(1);
  });

  it('a country without a Region; with --json the exclusions are on stdout', async () => {
    const { exitCode, stderr, stdout } = await runFaultline(
      'choose',
      '--json',
      ...europe,
      '--within',
      'NO',
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--within take in GB (eu-west-2)');
    expect(JSON.parse(stdout)).toMatchObject({ ranking: [] });
    expect(JSON.parse(stdout).excluded).toHaveLength(34);
  });

  it('two limits at odds: either may give', async () => {
    const args = ['--users', 'Tokyo:100', '--within', 'EU', '--max-latency', '60'];
    const { stderr } = await runFaultline('choose', ...args);
    expect(stderr).toMatch(/let --within take in JP .* or raise --max-latency from 60 to \d+/);
  });

  it('a pair where the law leaves one Region', async () => {
    const { exitCode, stderr } = await runFaultline(
      'choose',
      ...europe,
      '--within',
      'GB',
      '--pair',
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('only eu-west-2 lies within GB');
  });
});

it('the users of a country are at its cities, in proportion to those who live there', async () => {
  const { stdout } = await runFaultline(
    'choose',
    '--json',
    '--users',
    'Germany:70',
    '--users',
    'FR:30',
  );
  const { users } = JSON.parse(stdout).ranking[0];
  const shareOf = (country: string): number =>
    users
      .filter((one: { place: string }) => one.place.endsWith(`, ${country}`))
      .reduce((sum: number, one: { sharePercent: number }) => sum + one.sharePercent, 0);
  expect(shareOf('DE')).toBeCloseTo(70, 0);
  expect(shareOf('FR')).toBeCloseTo(30, 0);
  expect(users[0]).toMatchObject({ place: 'Berlin, DE' });
});

it('prints a table, what is excluded, and what would change the first place', async () => {
  const limits = ['--within', 'EU', '--max-latency', '32', '--service', 'bedrock'];
  const { stdout, exitCode } = await runFaultline('choose', ...europe, ...limits);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^1 {2}eu-west-3 /m);
  expect(stdout).toMatch(/outside EU: .*us-east-1 \(US\)/);
  expect(stdout).toMatch(/over 32 ms: eu-south-2 \(~34 ms Berlin, DE\)/);
  expect(stdout).toMatch(
    /eu-west-3 wins unless price counts more than [\d.]+ % \(then eu-west-1\)/,
  );
  expect(stdout).toContain('without --within eu-west-2 would win');
});

it('the Regions of the EU are those of its member states', async () => {
  const { stdout } = await runFaultline('choose', '--json', ...europe, '--within', 'EU');
  const regions = JSON.parse(stdout).ranking.map((one: { region: string }) => one.region);
  expect(regions.toSorted()).toEqual([
    'eu-central-1',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-3',
  ]);
  const continent = await runFaultline('choose', '--json', ...europe, '--within', 'Europe');
  expect(JSON.parse(continent.stdout).ranking).toHaveLength(8);
});

it('a Region that lacks a service ranks behind, and says which', async () => {
  const args = ['--users', 'Zurich:100', '--service', 'braket'];
  const { ranking } = JSON.parse((await runFaultline('choose', '--json', ...args)).stdout);
  const lacking = ranking.findIndex(
    (one: { missingServices: readonly string[] }) => one.missingServices.length > 0,
  );
  expect(lacking).toBeGreaterThan(0);
  for (const [index, one] of ranking.entries()) {
    expect(one.missingServices).toEqual(index < lacking ? [] : ['braket']);
  }
});

it('a file says the same as options, and options replace it', async () => {
  const file = join(directory, 'choice.yaml');
  writeFileSync(
    file,
    `users:
  - London,GB:60
  - {city: Berlin, country: DE, share: 40}
instances: {m5.large: 4}
services: [s3, Lambda]
within: [EU, GB]
max-latency: 60
weights: {price: 1, latency: 2}
`,
  );
  const options = ['--service', 's3', '--service', 'lambda', '--within', 'EU,GB'];
  const rest = ['--max-latency', '60', '--weights', 'price=1,latency=2'];
  const [byFile, byOptions] = await Promise.all([
    runFaultline('choose', file, '--json'),
    runFaultline('choose', '--json', ...europe, ...options, ...rest),
  ]);
  expect(byFile.stderr).toBe('');
  expect(byFile.stdout).toBe(byOptions.stdout);
  const replaced = await runFaultline('choose', file, '--json', '--within', 'DE');
  expect(JSON.parse(replaced.stdout).ranking).toMatchObject([{ region: 'eu-central-1' }]);
  writeFileSync(file, 'users: [London]\nmax-latncy: 3\n');
  const wrong = await runFaultline('choose', file);
  expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
  expect(wrong.stderr).toContain("Did you mean 'max-latency'?");
});

it('a pair comes with distance, replica, losses, three prices and past incidents', async () => {
  const args = [
    '--users',
    'New York:60',
    '--users',
    'London:40',
    '--instance',
    'm5.large:5',
    '--pair',
  ];
  const { ranking } = JSON.parse((await runFaultline('choose', '--json', ...args)).stdout);
  const between = roundTrips.rtt['us-east-1']['ca-central-1'];
  expect(ranking[0]).toMatchObject({
    primary: 'us-east-1',
    fallback: 'ca-central-1',
    distanceKm: 787,
    sharesZone: false,
    sharesCountry: false,
    roundTripMs: between,
    roundTripBasis: 'measured',
    synchronousWriteMs: between,
  });
  const [virginia, canada] = [0.096 * 730, 0.107 * 730];
  const cents = (usd: number): number => Math.round(usd * 100) / 100;
  expect(ranking[0].monthlyUsd).toMatchObject({
    pilotLight: { total: cents(5 * virginia) },
    warmStandby: { total: cents(5 * virginia + 2 * canada) },
    activeActive: { total: cents(5 * virginia + 5 * canada) },
  });
  const lost = ranking[0].incidents.filter(
    (one: { effect: string }) => one.effect === 'primary-lost',
  );
  expect(lost.map((one: { date: string }) => one.date)).toContain('2025-10-20');
  for (const user of ranking[0].users) {
    expect(user.whenLostMs - user.latencyMs).toBeCloseTo(user.addedMs, 1);
  }
  const text = await runFaultline('choose', ...args);
  expect(text.stdout).toContain('2025-10-20  us-east-1 as a whole: users go to ca-central-1');
});

it('writes a report that loads nothing', async () => {
  const file = join(directory, 'report.html');
  const args = [...europe, '--max-latency', '60', '--html', file];
  expect(await runFaultline('choose', ...args)).toMatchObject({ exitCode: 0 });
  const html = readFileSync(file, 'utf8');
  expect(html).toContain('<svg');
  expect(html).toMatch(/class="region first"/);
  expect(html).toMatch(/class="region excluded"/);
  expect(html).toMatch(/class="arc near".*London, GB to eu-west-2/);
  expect(html).toContain('prefers-color-scheme: dark');
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
  expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
  const nowhere = join(directory, 'no', 'such', 'report.html');
  expect(await runFaultline('choose', ...europe, '--html', nowhere)).toMatchObject({ exitCode: 2 });
});

describe('Regions at a glance', () => {
  it('lists all', async () => {
    const { stdout } = await runFaultline('regions', '--json');
    const { regions } = JSON.parse(stdout);
    expect(regions).toHaveLength(34);
    expect(regions[0]).toMatchObject({
      region: 'us-east-1',
      usdPerHour: { 'm5.large': 0.096 },
      carbonGramsPerKwh: 365.13,
    });
    const table = (await runFaultline('regions')).stdout;
    expect(table).toMatch(/^eu-west-1 .*Europe \(Ireland\)/m);
  });

  it('shows one Region with the zones of the account', async () => {
    const seen = async (...args: readonly string[]) =>
      JSON.parse((await runFaultline('region', 'us-west-1', '--json', ...args)).stdout);
    const profile = await seen();
    const named = profile.zones.filter((zone: { name: string | null }) => zone.name !== null);
    expect(named.map((zone: { name: string }) => zone.name)).toEqual(['us-west-1a', 'us-west-1b']);
    expect(profile.zones).toHaveLength(3);
    expect(profile.nearest[0]).toMatchObject({ region: 'us-west-2', basis: 'measured' });
    expect(profile.services.missing).toContain('lightsail');
    const others = await Promise.all(
      ['111111111111', '222222222222', '333333333333'].map((account) => seen('--account', account)),
    );
    const mappings = new Set(others.map(({ zones }) => JSON.stringify(zones)));
    expect(mappings.size).toBeGreaterThan(1);
  });

  it('names the source of each fact, and marks what is estimated', async () => {
    const { stdout } = await runFaultline('region', 'eu-south-2', '--sources');
    expect(stdout).toMatch(/eu-west-3 +~\d+ ms .* estimated, \d+ to \d+ ms/);
    expect(stdout).toMatch(/zones: eus2-az1 .*\n +published, 2026-11-21: .*docs\.aws\.amazon\.com/);
    expect(stdout).toMatch(/carbon, gCO2e a kWh: unknown\n/);
    const { sources } = JSON.parse(
      (await runFaultline('region', 'eu-south-2', '--sources', '--json')).stdout,
    );
    for (const { source } of sources) expect(source).not.toBe('');
  });
});
