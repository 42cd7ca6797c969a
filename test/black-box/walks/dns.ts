import type { Change, Route53 } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { resolveName } from '../../support/faultline-admin.ts';
import type { Running } from '../../support/faultline-process.ts';

const record = (Action: 'CREATE' | 'UPSERT' | 'DELETE', Name: string, Value: string): Change => ({
  Action,
  ResourceRecordSet: { Name, Type: 'A', TTL: 60, ResourceRecords: [{ Value }] },
});

/** Hosted zones, records and health checks, and what the DNS server makes of them. */
export const walkDns = (world: () => Running): void => {
  const route53 = (): Route53 => awsClients(world().endpoint).route53;

  const makeZone = async (Name: string): Promise<string> => {
    const { HostedZone } = await route53().createHostedZone({ Name, CallerReference: Name });
    return given(HostedZone?.Id).replace('/hostedzone/', '');
  };

  const change = async (HostedZoneId: string, ...Changes: Change[]): Promise<string> => {
    const { ChangeInfo } = await route53().changeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: { Changes },
    });
    return given(ChangeInfo?.Id);
  };

  describe('hosted zones', () => {
    it('are made once for each caller reference, and listed by name', async () => {
      const id = await makeZone('alpha.test');
      expect(
        await refusalOf(
          route53().createHostedZone({ Name: 'alpha.test', CallerReference: 'alpha.test' }),
        ),
      ).toMatchObject({ code: 'HostedZoneAlreadyExists', status: 409 });
      const { HostedZone, DelegationSet } = await route53().getHostedZone({ Id: id });
      expect(HostedZone).toMatchObject({ Name: 'alpha.test.', ResourceRecordSetCount: 2 });
      expect(DelegationSet?.NameServers).toHaveLength(4);
      await route53().updateHostedZoneComment({ Id: id, Comment: 'the first' });
      const second = await makeZone('beta.test');
      const page = await route53().listHostedZones({ MaxItems: 1 });
      expect(page).toMatchObject({ IsTruncated: true });
      const rest = await route53().listHostedZones({ Marker: page.NextMarker });
      expect([...(page.HostedZones ?? []), ...(rest.HostedZones ?? [])]).toHaveLength(2);
      const byName = await route53().listHostedZonesByName({ DNSName: 'beta.test' });
      expect(byName.HostedZones?.[0]?.Name).toBe('beta.test.');
      expect((await route53().getHostedZoneCount()).HostedZoneCount).toBe(2);
      await change(second, record('CREATE', 'www.beta.test', '192.0.2.1'));
      expect(await refusalOf(route53().deleteHostedZone({ Id: second }))).toMatchObject({
        code: 'HostedZoneNotEmpty',
        status: 400,
      });
      await change(second, record('DELETE', 'www.beta.test', '192.0.2.1'));
      await route53().deleteHostedZone({ Id: second });
      expect(await refusalOf(route53().getHostedZone({ Id: second }))).toMatchObject({
        code: 'NoSuchHostedZone',
        status: 404,
      });
      await route53().deleteHostedZone({ Id: id });
    });

    it('have tags', async () => {
      const id = await makeZone('tags.test');
      await route53().changeTagsForResource({
        ResourceType: 'hostedzone',
        ResourceId: id,
        AddTags: [{ Key: 'team', Value: 'dns' }],
      });
      const { ResourceTagSet } = await route53().listTagsForResource({
        ResourceType: 'hostedzone',
        ResourceId: id,
      });
      expect(ResourceTagSet?.Tags).toEqual([{ Key: 'team', Value: 'dns' }]);
      const { ResourceTagSets } = await route53().listTagsForResources({
        ResourceType: 'hostedzone',
        ResourceIds: [id],
      });
      expect(ResourceTagSets?.[0]?.ResourceId).toBe(id);
      await route53().deleteHostedZone({ Id: id });
    });
  });

  describe('records', () => {
    it('are changed all together or not at all, and then answered', async () => {
      const id = await makeZone('gamma.test');
      const changeId = await change(
        id,
        record('CREATE', 'www.gamma.test', '192.0.2.1'),
        record('CREATE', 'api.gamma.test', '192.0.2.2'),
      );
      await eventually(async () => {
        const { ChangeInfo } = await route53().getChange({ Id: changeId });
        return ChangeInfo?.Status === 'INSYNC';
      });
      const { dnsPort } = world();
      expect(await resolveName(dnsPort, 'www.gamma.test')).toEqual(['192.0.2.1']);
      const broken = await refusalOf(
        change(
          id,
          record('CREATE', 'new.gamma.test', '192.0.2.3'),
          record('CREATE', 'www.gamma.test', '192.0.2.9'),
        ),
      );
      expect(broken.code).toBe('InvalidChangeBatch');
      expect(await resolveName(dnsPort, 'new.gamma.test')).toEqual([]);
      const listed = await route53().listResourceRecordSets({ HostedZoneId: id });
      expect(listed.ResourceRecordSets?.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
        'gamma.test. NS',
        'gamma.test. SOA',
        'api.gamma.test. A',
        'www.gamma.test. A',
      ]);
      const page = await route53().listResourceRecordSets({ HostedZoneId: id, MaxItems: 2 });
      expect(page).toMatchObject({ IsTruncated: true, NextRecordName: 'api.gamma.test.' });
      const answer = await route53().testDNSAnswer({
        HostedZoneId: id,
        RecordName: 'www.gamma.test',
        RecordType: 'A',
      });
      expect(answer).toMatchObject({ ResponseCode: 'NOERROR', RecordData: ['192.0.2.1'] });
      await change(id, record('UPSERT', 'www.gamma.test', '192.0.2.77'));
      await eventually(async () =>
        (await resolveName(dnsPort, 'www.gamma.test')).includes('192.0.2.77'),
      );
      await change(
        id,
        record('DELETE', 'www.gamma.test', '192.0.2.77'),
        record('DELETE', 'api.gamma.test', '192.0.2.2'),
      );
      await route53().deleteHostedZone({ Id: id });
      expect(await refusalOf(route53().getChange({ Id: '/change/C0000000000000' }))).toMatchObject({
        code: 'NoSuchChange',
      });
    });
  });

  describe('health checks', () => {
    it('are made, changed, counted and deleted', async () => {
      const HealthCheckConfig = {
        Type: 'HTTP',
        IPAddress: '198.51.100.1',
        Port: 80,
        ResourcePath: '/health',
        RequestInterval: 10,
        FailureThreshold: 2,
      } as const;
      const { HealthCheck } = await route53().createHealthCheck({
        CallerReference: 'one',
        HealthCheckConfig,
      });
      const HealthCheckId = given(HealthCheck?.Id);
      expect(
        await refusalOf(
          route53().createHealthCheck({
            CallerReference: 'one',
            HealthCheckConfig: { ...HealthCheckConfig, Port: 81 },
          }),
        ),
      ).toMatchObject({ code: 'HealthCheckAlreadyExists' });
      await route53().updateHealthCheck({ HealthCheckId, ResourcePath: '/' });
      const got = await route53().getHealthCheck({ HealthCheckId });
      expect(got.HealthCheck).toMatchObject({
        HealthCheckVersion: 2,
        HealthCheckConfig: { ResourcePath: '/' },
      });
      const { HealthChecks } = await route53().listHealthChecks();
      expect(HealthChecks?.map(({ Id }) => Id)).toEqual([HealthCheckId]);
      expect((await route53().getHealthCheckCount()).HealthCheckCount).toBe(1);
      // Nobody has this address: the checkers say so.
      const status = await eventually(async () => {
        const { HealthCheckObservations = [] } = await route53().getHealthCheckStatus({
          HealthCheckId,
        });
        return (
          HealthCheckObservations.length > 0 &&
          HealthCheckObservations.every(({ StatusReport }) =>
            StatusReport?.Status?.startsWith('Failure'),
          ) &&
          HealthCheckObservations
        );
      });
      expect(new Set(status.map(({ Region }) => Region)).size).toBe(8);
      const reason = await route53().getHealthCheckLastFailureReason({ HealthCheckId });
      expect(reason.HealthCheckObservations?.length).toBeGreaterThan(0);
      expect((await route53().getCheckerIpRanges()).CheckerIpRanges?.length).toBeGreaterThan(0);
      await route53().deleteHealthCheck({ HealthCheckId });
      expect(await refusalOf(route53().getHealthCheck({ HealthCheckId }))).toMatchObject({
        code: 'NoSuchHealthCheck',
        status: 404,
      });
    });
  });
};
