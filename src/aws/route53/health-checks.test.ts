import { describe, expect, test } from 'vitest';
import { partitionShard } from '../../world/entity.ts';
import type { World } from '../../world/world.ts';
import { recordObservation } from './checker-statuses.ts';
import { checkers } from './checkers.ts';
import { healthCheckStatus } from './health-checks.ts';
import { callRoute53, openRoute53, testAccount } from './test-calls.ts';

const http = { Type: 'HTTP', IPAddress: '52.0.0.1' };

const make = (world: World, config: object = http, CallerReference = 'ref') =>
  callRoute53(world, 'CreateHealthCheck', { CallerReference, HealthCheckConfig: config });

const observe = (
  world: World,
  healthCheckId: string,
  checkerId: string,
  healthy: boolean,
): void => {
  const reason = healthy ? 'Success: HTTP Status Code 200, OK' : 'Failure: Connection refused.';
  world.transact(partitionShard, testAccount, (tx) =>
    recordObservation(tx, { healthCheckId, checkerId, healthy, reason }),
  );
};

const healthy = (world: World, id: string): boolean =>
  healthCheckStatus(world.view(partitionShard, testAccount), id);

describe('health checks', () => {
  test('are made with the defaults of AWS', async () => {
    const { world } = await openRoute53();
    const made = make(world, { ...http, ResourcePath: 'health' });
    expect(made).toEqual({
      HealthCheck: {
        Id: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        ),
        CallerReference: 'ref',
        HealthCheckConfig: {
          IPAddress: '52.0.0.1',
          Port: 80,
          Type: 'HTTP',
          ResourcePath: '/health',
          RequestInterval: 30,
          FailureThreshold: 3,
          MeasureLatency: false,
          Inverted: false,
          Disabled: false,
          EnableSNI: false,
        },
        HealthCheckVersion: 1,
      },
      Location: `https://route53.amazonaws.com/2013-04-01/healthcheck/${made.HealthCheck.Id}`,
    });
    expect(callRoute53(world, 'GetHealthCheck', { HealthCheckId: made.HealthCheck.Id })).toEqual({
      HealthCheck: made.HealthCheck,
    });
    expect(
      make(world, { Type: 'HTTPS', FullyQualifiedDomainName: 'www.example.com' }, 'tls').HealthCheck
        .HealthCheckConfig,
    ).toMatchObject({
      Port: 443,
      EnableSNI: true,
    });
  });

  test('with a caller reference used before are the same check or refused', async () => {
    const { world } = await openRoute53();
    const { HealthCheck: first } = make(world);
    expect(make(world).HealthCheck).toEqual(first);
    expect(make(world, { ...http, Port: 81 })).toMatchObject({ code: 'HealthCheckAlreadyExists' });
    callRoute53(world, 'DeleteHealthCheck', { HealthCheckId: first.Id });
    expect(make(world)).toMatchObject({ code: 'HealthCheckAlreadyExists' });
  });

  test.each<[string, object, string]>([
    ['nothing to look at', { Type: 'HTTP' }, 'InvalidInput'],
    ['a private address', { Type: 'HTTP', IPAddress: '10.0.1.7' }, 'InvalidInput'],
    ['no address', { Type: 'HTTP', IPAddress: '300.0.0.1' }, 'InvalidInput'],
    ['TCP without port', { Type: 'TCP', IPAddress: '52.0.0.1' }, 'InvalidInput'],
    [
      'TCP with a path',
      { Type: 'TCP', IPAddress: '52.0.0.1', Port: 22, ResourcePath: '/' },
      'InvalidInput',
    ],
    ['a match without string', { Type: 'HTTP_STR_MATCH', IPAddress: '52.0.0.1' }, 'InvalidInput'],
    ['a string without match', { ...http, SearchString: 'ok' }, 'InvalidInput'],
    ['an interval of 20 seconds', { ...http, RequestInterval: 20 }, 'InvalidInput'],
    ['a threshold of 11', { ...http, FailureThreshold: 11 }, 'InvalidInput'],
    ['two Regions', { ...http, Regions: ['us-east-1', 'eu-west-1'] }, 'InvalidInput'],
    [
      'one Region three times',
      { ...http, Regions: ['us-east-1', 'us-east-1', 'us-east-1'] },
      'InvalidInput',
    ],
    [
      'a Region without checkers',
      { ...http, Regions: ['us-east-1', 'eu-west-1', 'eu-central-1'] },
      'InvalidInput',
    ],
    ['children', { ...http, ChildHealthChecks: ['x'] }, 'InvalidInput'],
    ['calculated', { Type: 'CALCULATED', ChildHealthChecks: ['x'] }, 'NotImplemented'],
    ['an alarm', { Type: 'CLOUDWATCH_METRIC' }, 'NotImplemented'],
  ])('with %s are refused', async (_, config, code) => {
    const { world } = await openRoute53();
    expect(make(world, config)).toMatchObject({ code });
    expect(callRoute53(world, 'GetHealthCheckCount')).toEqual({ HealthCheckCount: 0 });
  });

  test('are updated, one version after another', async () => {
    const { world } = await openRoute53();
    const { Id: HealthCheckId } = make(world, {
      ...http,
      FullyQualifiedDomainName: 'www.example.com',
      ResourcePath: '/a',
    }).HealthCheck;
    const updated = callRoute53(world, 'UpdateHealthCheck', {
      HealthCheckId,
      HealthCheckVersion: 1,
      Port: 8080,
      Inverted: true,
      ResetElements: ['FullyQualifiedDomainName', 'ResourcePath'],
    }).HealthCheck;
    expect(updated).toMatchObject({
      HealthCheckVersion: 2,
      HealthCheckConfig: { Port: 8080, Inverted: true, IPAddress: '52.0.0.1' },
    });
    expect(updated.HealthCheckConfig).not.toHaveProperty('FullyQualifiedDomainName');
    expect(updated.HealthCheckConfig).not.toHaveProperty('ResourcePath');
    expect(
      callRoute53(world, 'UpdateHealthCheck', { HealthCheckId, HealthCheckVersion: 1, Port: 1 }),
    ).toMatchObject({
      code: 'HealthCheckVersionMismatch',
    });
    expect(
      callRoute53(world, 'UpdateHealthCheck', { HealthCheckId, FailureThreshold: 99 }),
    ).toMatchObject({ code: 'InvalidInput' });
  });

  test('are listed in pages and deleted', async () => {
    const { world } = await openRoute53();
    const ids = ['a', 'b', 'c'].map((reference) => make(world, http, reference).HealthCheck.Id);
    const page = callRoute53(world, 'ListHealthChecks', { MaxItems: '2' });
    expect(page).toMatchObject({ IsTruncated: true, NextMarker: ids[2], MaxItems: 2 });
    expect(
      callRoute53(world, 'ListHealthChecks', { Marker: page.NextMarker }).HealthChecks,
    ).toMatchObject([{ Id: ids[2] }]);
    expect(callRoute53(world, 'DeleteHealthCheck', { HealthCheckId: ids[0] })).toEqual({});
    expect(callRoute53(world, 'GetHealthCheck', { HealthCheckId: ids[0] })).toMatchObject({
      code: 'NoSuchHealthCheck',
    });
    expect(callRoute53(world, 'GetHealthCheckCount')).toEqual({ HealthCheckCount: 2 });
  });
});

describe('the status of a health check', () => {
  test('is healthy until checkers say otherwise, and again when more than 18 % do', async () => {
    const { world } = await openRoute53();
    const { Id: id } = make(world).HealthCheck;
    expect(healthy(world, id)).toBe(true);
    const states: boolean[] = [];
    for (const checker of checkers) {
      observe(world, id, checker.id, false);
      states.push(healthy(world, id));
    }
    // 16 checkers: with 13 against, 3 are left, more than 18 %; with 14 against, 2 are not.
    expect(states.indexOf(false)).toBe(13);
    for (const checker of checkers.slice(0, 3)) observe(world, id, checker.id, true);
    expect(healthy(world, id)).toBe(true);
  });

  test('heeds inverted and disabled', async () => {
    const { world } = await openRoute53();
    const { Id: id } = make(world, { ...http, Inverted: true }).HealthCheck;
    expect(healthy(world, id)).toBe(false);
    for (const checker of checkers) observe(world, id, checker.id, false);
    expect(healthy(world, id)).toBe(true);
    callRoute53(world, 'UpdateHealthCheck', { HealthCheckId: id, Inverted: false, Disabled: true });
    expect(healthy(world, id)).toBe(true);
    callRoute53(world, 'UpdateHealthCheck', { HealthCheckId: id, Disabled: false });
    expect(healthy(world, id)).toBe(false);
  });

  test('forgets checkers that are no longer asked', async () => {
    const { world } = await openRoute53();
    const { Id: id } = make(world).HealthCheck;
    for (const checker of checkers) observe(world, id, checker.id, checker.region === 'eu-west-1');
    expect(healthy(world, id)).toBe(false);
    callRoute53(world, 'UpdateHealthCheck', {
      HealthCheckId: id,
      Regions: ['us-east-1', 'us-west-1', 'eu-west-1'],
    });
    expect(
      callRoute53(world, 'GetHealthCheckStatus', { HealthCheckId: id }).HealthCheckObservations,
    ).toHaveLength(6);
    expect(healthy(world, id)).toBe(true);
    observe(world, id, 'sa-east-1/a', false);
    expect(
      callRoute53(world, 'GetHealthCheckStatus', { HealthCheckId: id }).HealthCheckObservations,
    ).toHaveLength(6);
  });

  test('is told checker by checker, with the time of the last probe', async () => {
    const { world, clock } = await openRoute53();
    const { Id: id } = make(world).HealthCheck;
    const status = () =>
      callRoute53(world, 'GetHealthCheckStatus', { HealthCheckId: id }).HealthCheckObservations;
    expect(status()).toHaveLength(16);
    expect(status()[0]).toEqual({
      Region: 'us-east-1',
      IPAddress: '54.243.31.201',
      StatusReport: { Status: 'Unknown: this checker does not have enough data yet' },
    });
    observe(world, id, 'us-east-1/a', true);
    clock.advance(3_600_000);
    const [told] = status();
    expect(told.StatusReport.Status).toBe('Success: HTTP Status Code 200, OK');
    expect(clock.now() - told.StatusReport.CheckedTime).toBeLessThan(30_000);
  });

  test('keeps the last failure after it has passed', async () => {
    const { world } = await openRoute53();
    const { Id: id } = make(world).HealthCheck;
    const reasons = () =>
      callRoute53(world, 'GetHealthCheckLastFailureReason', { HealthCheckId: id })
        .HealthCheckObservations;
    observe(world, id, 'us-east-1/a', true);
    expect(reasons()).toEqual([]);
    observe(world, id, 'us-east-1/a', false);
    observe(world, id, 'us-east-1/a', true);
    expect(reasons()).toMatchObject([
      { Region: 'us-east-1', StatusReport: { Status: 'Failure: Connection refused.' } },
    ]);
  });

  test('that is observed after its end is dropped', async () => {
    const { world } = await openRoute53();
    const { Id: id } = make(world).HealthCheck;
    callRoute53(world, 'DeleteHealthCheck', { HealthCheckId: id });
    observe(world, id, 'us-east-1/a', true);
    expect(healthy(world, id)).toBe(false);
    expect(callRoute53(world, 'GetHealthCheckStatus', { HealthCheckId: id })).toMatchObject({
      code: 'NoSuchHealthCheck',
    });
  });
});

test('checkers probe from published ranges', async () => {
  const { world } = await openRoute53();
  const { CheckerIpRanges: ranges } = callRoute53(world, 'GetCheckerIpRanges');
  expect(ranges).toHaveLength(8);
  for (const checker of checkers) {
    const network = checker.ipAddress.split('.').slice(0, 3).join('.');
    expect(ranges).toContain(`${network}.192/26`);
  }
});
