import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { earth } from '../../src/atlas/geography.ts';
import { instancePrice } from '../../src/atlas/prices.ts';
import { foreignRegions, type Region } from '../../src/atlas/regions.ts';
import { serviceAvailability, services } from '../../src/atlas/services.ts';
import { zoneNamesOf } from '../../src/atlas/zone-names.ts';
import { given } from '../support/aws-clients.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { collect, type Collected } from './collect.ts';

const account = '123412341234';
const seed = 4;

let running: Running;
let seen: Collected;
beforeAll(async () => {
  // Enabling a Region takes minutes of world time.
  running = await startReady({ speed: 600, seed });
  seen = await collect(running.endpoint, account);
}, 120_000);
afterAll(async () => {
  await stop(running);
});

const codes = earth.regions.map((region) => region.code).toSorted();

const inAll = <Value>(valueOf: (region: Region) => Value): Readonly<Record<string, Value>> =>
  Object.fromEntries(earth.regions.map((region) => [region.code, valueOf(region)]));

const ofAll = <Value>(
  valueOf: (region: Collected['regions'][string]) => Value,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(seen.regions).map(([code, region]) => [code, valueOf(region)]));

const hasLightsail = codes.filter((code) => serviceAvailability('lightsail', code) === 'present');

describe('of every Region', () => {
  it('EC2, Account and the public parameters list the same', () => {
    expect(Object.keys(seen.ec2).toSorted()).toEqual(codes);
    expect(Object.keys(seen.account).toSorted()).toEqual(codes);
    const foreign = Object.keys(seen.parameters).filter((code) => !codes.includes(code));
    expect(Object.keys(seen.parameters)).toEqual(expect.arrayContaining(codes));
    expect(foreignRegions.map((region) => region.code)).toEqual(expect.arrayContaining(foreign));
  });

  it('EC2 and Account agree on what has been opted in to', () => {
    const words = { ENABLED: 'opted-in', ENABLED_BY_DEFAULT: 'opt-in-not-required' };
    expect(seen.ec2).toEqual(
      inAll((region) => words[region.optIn ? 'ENABLED' : 'ENABLED_BY_DEFAULT']),
    );
    expect(seen.account).toEqual(
      inAll((region) => (region.optIn ? 'ENABLED' : 'ENABLED_BY_DEFAULT')),
    );
  });

  it('the public parameters say what the atlas says', () => {
    expect(seen.parameters).toMatchObject(
      inAll((region) => ['amazonaws.com', region.country, region.longName, 'aws']),
    );
    const named = services.filter((service) => service.name !== service.id);
    expect(ofAll((region) => region.services)).toEqual(
      inAll((region) =>
        named
          .map((service) => service.id)
          .filter((id) => serviceAvailability(id, region.code) === 'present')
          .toSorted(),
      ),
    );
  });

  it('Lightsail is where the facts and the public parameters have it, and answers there alone', () => {
    expect(Object.keys(seen.lightsail).toSorted()).toEqual(hasLightsail);
    expect(seen.lightsailByParameters).toEqual(hasLightsail);
    expect(ofAll((region) => region.lightsail)).toEqual(
      inAll((region) => (hasLightsail.includes(region.code) ? hasLightsail : 'UnknownEndpoint')),
    );
  });

  it('a price is the one of the atlas, and of no type that EC2 does not offer there', () => {
    const offered = ofAll(({ offerings }) => Object.values(offerings['region'] ?? {}).flat());
    const wanted = Object.entries(offered).flatMap(([code, types]) =>
      types.flatMap((type) => {
        const price = instancePrice(type, code);
        return price === null ? [] : [`${code} ${type} ${price.value.toFixed(10)}`];
      }),
    );
    const found = Object.entries(seen.prices).flatMap(([code, types]) =>
      Object.entries(types).map(([type, usd]) => `${code} ${type} ${usd}`),
    );
    expect(found.toSorted()).toEqual(wanted.toSorted());
    expect(found.length).toBeGreaterThan(100);
  });
});

describe('of every zone', () => {
  it('EC2 has the names and ids that the atlas has for the account', () => {
    expect(ofAll((region) => region.zones)).toEqual(
      inAll((region) => zoneNamesOf(region, account, seed).map(({ name, id }) => [name, id])),
    );
  });

  it('an account sees three zones of Tokyo and two of northern California', () => {
    const namesIn = (code: string): readonly string[] =>
      seen.regions[code]?.zones.map(([name]) => name.slice(code.length)) ?? [];
    expect(namesIn('ap-northeast-1')).toEqual(['a', 'c', 'd']);
    expect(namesIn('us-west-1')).toEqual(['a', 'b']);
  });

  it('the public parameters list all ids, those that accounts do not see among them', () => {
    expect(ofAll((region) => region.parameterZones)).toEqual(
      inAll((region) => region.zoneIds.toSorted()),
    );
  });

  it('Lightsail has the zones of EC2', () => {
    for (const [code, [zones, databaseZones]] of Object.entries(seen.lightsail)) {
      const names = seen.regions[code]?.zones.map(([name]) => name);
      expect(zones).toEqual(names);
      expect(databaseZones).toEqual(names);
    }
  });

  it('instance types are offered by name as by id, each somewhere in its Region and t3 everywhere', () => {
    for (const [code, { zones, offerings }] of Object.entries(seen.regions)) {
      const inRegion = given(offerings['region']?.[code]);
      expect(inRegion.length).toBeGreaterThan(5);
      const inZones = zones.map(([name, id]) => {
        const byName = given(offerings['availability-zone']?.[name]);
        expect(offerings['availability-zone-id']?.[id]).toEqual(byName);
        return byName;
      });
      expect([...new Set(inZones.flat())].toSorted()).toEqual([...inRegion].toSorted());
      for (const types of inZones) expect(types).toContain('t3.micro');
    }
  });

  it('some lack types that their Region has', () => {
    const { zones, offerings } = given(seen.regions['us-east-1']);
    const lacking = zones.filter(
      ([name]) => offerings['availability-zone']?.[name]?.includes('m7g.large') === false,
    );
    expect(lacking.map(([, id]) => id)).toEqual(['use1-az3']);
  });
});

describe('of every Local Zone', () => {
  it('EC2 and the public parameters give the same group, border group and parent', () => {
    for (const [code, region] of Object.entries(seen.regions)) {
      expect(Object.keys(region.localZones).toSorted()).toEqual(
        earth
          .localZonesOf(code)
          .map((zone) => zone.id)
          .toSorted(),
      );
      expect(region.parameterLocalZones).toEqual(
        Object.fromEntries(
          Object.entries(region.localZones).map(([id, [, ...facts]]) => [id, [...facts, code]]),
        ),
      );
      const seenZones = region.zones.map(([, id]) => id);
      const parents = Object.values(region.localZones).map((facts) => facts[3]);
      expect(seenZones).toEqual(expect.arrayContaining(parents));
    }
  });
});

/** Why boto3 cannot be asked on this machine; undefined when it can. */
const lacking = (): string | undefined => {
  try {
    execFileSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `python3 with boto3 is not on this machine: ${String(error)}`;
  }
};

const reason = lacking();

describe.skipIf(reason !== undefined)(`boto3${reason === undefined ? '' : ` (${reason})`}`, () => {
  it('reads all of it as the SDK for JavaScript does', async () => {
    const script = join(import.meta.dirname, 'collect.py');
    const { stdout } = await promisify(execFile)('python3', [script, running.endpoint, account], {
      maxBuffer: 1 << 26,
    });
    expect(JSON.parse(stdout)).toEqual(seen);
  }, 120_000);
});
