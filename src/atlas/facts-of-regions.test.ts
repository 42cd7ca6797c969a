import { describe, expect, test } from 'vitest';
import { carbonIntensity } from './carbon.ts';
import rawServices from './facts/services.json' with { type: 'json' };
import { earth } from './geography.ts';
import { incidents, incidentsOf } from './incidents.ts';
import {
  betweenRegionsPrice,
  gp3Price,
  instancePrice,
  internetEgressPrice,
  natGatewayPrice,
  pricedInstanceTypes,
} from './prices.ts';
import { sourcesOf } from './region-sources.ts';
import { findService, serviceAvailability, services, servicesIn } from './services.ts';

describe('prices', () => {
  test.each([
    ['m7g.large', 'us-east-1', 0.0816, 'published'],
    ['m5.large', 'us-east-1', 0.096, 'derived'],
    ['m5.4xlarge', 'us-east-1', 0.768, 'derived'],
    ['m7g.medium', 'eu-west-1', 0.0455, 'derived'],
    ['t3.nano', 'us-east-1', 0.0052, 'derived'],
    ['t3.2xlarge', 'us-east-1', 0.3328, 'derived'],
  ])('%s in %s is %d, %s', (type, region, usd, basis) => {
    expect(instancePrice(type, region)).toMatchObject({ value: usd, basis, date: '2026' });
  });

  test.each([
    ['m5.large', 'sa-east-1'],
    ['m7g.large', 'eu-south-1'],
    ['m7g.24xlarge', 'us-east-1'],
    ['m5.nano', 'us-east-1'],
    ['x99.large', 'us-east-1'],
    ['m5.large', 'mars-north-1'],
  ])('%s in %s is not known, which is not nought', (type, region) => {
    expect(instancePrice(type, region)).toBeNull();
  });

  test('what is priced anywhere has a price in us-east-1', () => {
    expect(pricedInstanceTypes.filter((type) => instancePrice(type, 'us-east-1') === null)).toEqual(
      [],
    );
  });

  test('storage, gateways and traffic are known in few Regions', () => {
    expect(gp3Price('us-east-1')).toMatchObject({ value: 0.08, date: null });
    expect(gp3Price('ap-northeast-2')).toMatchObject({ value: 0.0912, date: '2026' });
    expect(gp3Price('eu-west-1')).toBeNull();
    expect(natGatewayPrice('us-east-1')).toBeNull();
    expect(natGatewayPrice('ap-southeast-1')?.value).toBe(0.059);
    expect(internetEgressPrice('us-east-1')?.value).toBe(0.09);
    expect(betweenRegionsPrice('us-east-1', 'us-east-2')).toMatchObject({
      value: 0.01,
      basis: 'published',
    });
    expect(betweenRegionsPrice('us-east-1', 'eu-west-1')?.basis).toBe('assumed');
  });
});

test('carbon is the figure of 2024, and unknown where nobody gives one', () => {
  expect(carbonIntensity('eu-north-1')).toMatchObject({ value: 8.8, date: '2024-12-13' });
  expect(carbonIntensity('ca-west-1')).toBeNull();
});

test('incidents name their Region, and the zones that were hit', () => {
  expect(incidents.every((incident) => earth.region(incident.region) !== undefined)).toBe(true);
  const zones = incidents.flatMap((incident) => incident.zoneIds);
  expect(zones).toContain('mec1-az3');
  expect(zones.filter((zone) => earth.zone(zone) === undefined)).toEqual([]);
  expect(incidentsOf('me-central-1').map((incident) => incident.hit)).toEqual(['region']);
  expect(incidentsOf('us-east-2').map((incident) => incident.hit)).toEqual(['zone']);
});

describe('services', () => {
  test.each([
    ['s3', 's3'],
    ['S3', 's3'],
    ['states', 'stepfunctions'],
    ['Step Functions', 'stepfunctions'],
    ['aws step functions', 'stepfunctions'],
    ['elasticloadbalancing', 'elb'],
    ['elbv2', 'elb'],
    ['monitoring', 'cloudwatch'],
    ['DynamoDB', 'dynamodb'],
    ['rds', 'rds'],
    ['bedrock', 'bedrock'],
    ['Auto Scaling', 'autoscaling'],
    ['wafv2', 'wafv2'],
  ])('%s is the service %s', (text, id) => {
    const found = findService(text);
    expect(found.kind === 'found' ? found.service.id : found).toBe(id);
  });

  test.each([
    ['dynamdb', 'dynamodb'],
    ['lamda', 'lambda'],
    ['step function', 'stepfunctions'],
  ])('%s is unknown, and near %s', (text, id) => {
    const found = findService(text);
    expect(found.kind === 'unknown' ? found.nearest : found).toContain(id);
  });

  test('every id finds its service', () => {
    const lost = services.filter((service) => {
      const found = findService(service.id);
      return found.kind !== 'found' || found.service.id !== service.id;
    });
    expect(lost).toEqual([]);
  });

  test.each([
    ['ec2', 'eu-west-1', 'present'],
    // Both lists know the service and the Region.
    ['lightsail', 'us-west-1', 'absent-in-the-data'],
    // Newer than the public parameters that are known, and only they know the service.
    ['fis', 'ap-southeast-6', 'unknown'],
    ['fis', 'eu-west-1', 'present'],
    ['iam', 'ap-southeast-6', 'present'],
    ['ec2', 'mars-north-1', 'unknown'],
    ['no-such-service', 'us-east-1', 'unknown'],
  ])('%s in %s is %s', (service, region, availability) => {
    expect(serviceAvailability(service, region)).toBe(availability);
  });

  test('every Region of the Earth has most of what a service needs', () => {
    expect(rawServices.regions).toEqual(earth.regions.map((region) => region.code).toSorted());
    const poor = earth.regions.filter((region) => {
      const ids = new Set(servicesIn(region.code).map((service) => service.id));
      return ['ec2', 'elb', 's3', 'iam', 'ssm', 'dynamodb', 'lambda'].some((id) => !ids.has(id));
    });
    expect(poor.map((region) => region.code)).toEqual([]);
  });
});

describe('the sources of a Region', () => {
  test.each(earth.regions.map((region) => region.code))('%s: every fact has one', (code) => {
    const facts = sourcesOf(code);
    expect(facts.length).toBeGreaterThan(12);
    expect(facts.filter((fact) => fact.source === '')).toEqual([]);
    // What has no value says so, and what has one is not called unknown.
    expect(facts.filter((fact) => (fact.value === null) !== (fact.basis === 'unknown'))).toEqual(
      [],
    );
  });

  test('tell what is estimated', () => {
    const bases = (code: string) =>
      sourcesOf(code).flatMap(({ fact, basis }) => (fact.startsWith('round trips') ? [basis] : []));
    expect(bases('eu-west-1')).toEqual(['measured', 'estimated']);
    expect(bases('ap-east-2')).toEqual(['estimated']);
    expect(sourcesOf('mars-north-1')).toEqual([]);
  });
});
