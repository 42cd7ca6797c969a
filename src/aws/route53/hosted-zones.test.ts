import { describe, expect, test } from 'vitest';
import { testEpochMs } from '../../world/test-world.ts';
import { callRoute53, createZone, openRoute53 } from './test-calls.ts';

describe('hosted zones', () => {
  test('are made with four name servers, NS and SOA records, and a change on its way', async () => {
    const { world, clock } = await openRoute53();
    const created = callRoute53(world, 'CreateHostedZone', {
      Name: 'Example.COM',
      CallerReference: 'one',
      HostedZoneConfig: { Comment: 'shop' },
    });
    expect(created).toEqual({
      HostedZone: {
        Id: expect.stringMatching(/^\/hostedzone\/Z[A-Z0-9]{20}$/),
        Name: 'example.com.',
        CallerReference: 'one',
        Config: { Comment: 'shop', PrivateZone: false },
        ResourceRecordSetCount: 2,
      },
      ChangeInfo: {
        Id: expect.stringMatching(/^\/change\/C[A-Z0-9]{20}$/),
        Status: 'PENDING',
        SubmittedAt: testEpochMs,
      },
      DelegationSet: {
        NameServers: [
          expect.stringMatching(/^ns-\d{1,3}\.awsdns-\d\d\.com$/),
          expect.stringMatching(/^ns-\d{3,4}\.awsdns-\d\d\.net$/),
          expect.stringMatching(/^ns-1\d{3}\.awsdns-\d\d\.org$/),
          expect.stringMatching(/^ns-\d{4}\.awsdns-\d\d\.co\.uk$/),
        ],
      },
      Location: expect.stringMatching(
        /^https:\/\/route53\.amazonaws\.com\/2013-04-01\/hostedzone\/Z/,
      ),
    });
    const { HostedZone: zone, ChangeInfo: change } = created;
    expect(
      callRoute53(world, 'ListResourceRecordSets', { HostedZoneId: zone.Id }).ResourceRecordSets,
    ).toMatchObject([
      { Name: 'example.com.', Type: 'NS', TTL: 172_800, ResourceRecords: { length: 4 } },
      {
        Name: 'example.com.',
        Type: 'SOA',
        TTL: 900,
        ResourceRecords: [
          {
            Value: expect.stringMatching(
              /^ns-\d+\.awsdns-\d\d\.com\. awsdns-hostmaster\.amazon\.com\. 1 7200 900 1209600 86400$/,
            ),
          },
        ],
      },
    ]);
    expect(callRoute53(world, 'GetChange', { Id: change.Id }).ChangeInfo.Status).toBe('PENDING');
    clock.advance(30_000);
    expect(callRoute53(world, 'GetChange', { Id: change.Id }).ChangeInfo.Status).toBe('INSYNC');
  });

  test.each([
    [
      'a caller reference used before',
      { Name: 'b.com', CallerReference: 'zone 1' },
      'HostedZoneAlreadyExists',
    ],
    ['an empty label', { Name: 'a..com', CallerReference: 'x' }, 'InvalidDomainName'],
    [
      'a label too long',
      { Name: `${'a'.repeat(64)}.com`, CallerReference: 'x' },
      'InvalidDomainName',
    ],
    ['the root', { Name: '.', CallerReference: 'x' }, 'InvalidDomainName'],
    [
      'a private zone',
      { Name: 'b.com', CallerReference: 'x', VPC: { VPCId: 'vpc-1', VPCRegion: 'us-east-1' } },
      'NotImplemented',
    ],
    [
      'a delegation set',
      { Name: 'b.com', CallerReference: 'x', DelegationSetId: 'N1' },
      'NotImplemented',
    ],
  ])('refuse %s', async (_, input, code) => {
    const { world } = await openRoute53();
    createZone(world, 'example.com');
    expect(callRoute53(world, 'CreateHostedZone', input)).toMatchObject({ code });
    expect(callRoute53(world, 'GetHostedZoneCount')).toEqual({ HostedZoneCount: 1 });
  });

  test('may share a name, and belong to their account', async () => {
    const { world } = await openRoute53();
    const first = createZone(world, 'example.com');
    const second = createZone(world, 'example.com');
    expect(first).not.toBe(second);
    expect(callRoute53(world, 'GetHostedZone', { Id: first }, '999999999999')).toMatchObject({
      code: 'NoSuchHostedZone',
      message: `No hosted zone found with ID: ${first}`,
    });
  });

  test('are found by their id with or without its path', async () => {
    const { world } = await openRoute53();
    const id = createZone(world, 'example.com');
    for (const Id of [id, `/hostedzone/${id}`]) {
      expect(callRoute53(world, 'GetHostedZone', { Id })).toMatchObject({
        HostedZone: { Id: `/hostedzone/${id}` },
        DelegationSet: { NameServers: { length: 4 } },
      });
    }
  });

  test('are listed in pages', async () => {
    const { world } = await openRoute53();
    const ids = ['a.com', 'b.com', 'c.com'].map((name) => createZone(world, name));
    const first = callRoute53(world, 'ListHostedZones', { MaxItems: '2' });
    expect(first).toMatchObject({
      IsTruncated: true,
      NextMarker: ids[2],
      MaxItems: 2,
      HostedZones: { length: 2 },
    });
    const second = callRoute53(world, 'ListHostedZones', {
      MaxItems: '2',
      Marker: first.NextMarker,
    });
    expect(second).toMatchObject({ IsTruncated: false, HostedZones: [{ Name: 'c.com.' }] });
    expect(second).not.toHaveProperty('NextMarker');
    expect(callRoute53(world, 'ListHostedZones', { MaxItems: 'x' })).toMatchObject({
      code: 'InvalidInput',
    });
    expect(callRoute53(world, 'ListHostedZones', { Marker: 'Z9' })).toMatchObject({
      code: 'InvalidInput',
    });
    expect(
      callRoute53(world, 'ListHostedZones', { HostedZoneType: 'PrivateHostedZone' }).HostedZones,
    ).toEqual([]);
  });

  test('are listed by name with the labels reversed', async () => {
    const { world } = await openRoute53();
    for (const name of ['b.com', 'z.a.com', 'a.com', 'a.org', 'a-b.com']) createZone(world, name);
    const names = (input: object): string[] =>
      callRoute53(world, 'ListHostedZonesByName', input).HostedZones.map(
        (zone: { Name: string }) => zone.Name,
      );
    expect(names({})).toEqual(['a-b.com.', 'a.com.', 'z.a.com.', 'b.com.', 'a.org.']);
    expect(names({ DNSName: 'a.com' })).toEqual(['a.com.', 'z.a.com.', 'b.com.', 'a.org.']);
    expect(callRoute53(world, 'ListHostedZonesByName', { MaxItems: '1' })).toMatchObject({
      IsTruncated: true,
      NextDNSName: 'a.com.',
      NextHostedZoneId: expect.stringMatching(/^Z/),
    });
    expect(callRoute53(world, 'ListHostedZonesByName', { HostedZoneId: 'Z1' })).toMatchObject({
      code: 'InvalidInput',
    });
  });

  test('have a comment that can be changed', async () => {
    const { world } = await openRoute53();
    const Id = createZone(world, 'example.com');
    expect(
      callRoute53(world, 'UpdateHostedZoneComment', { Id, Comment: 'new' }).HostedZone.Config
        .Comment,
    ).toBe('new');
    expect(callRoute53(world, 'UpdateHostedZoneComment', { Id }).HostedZone.Config).toEqual({
      PrivateZone: false,
    });
  });

  test('are deleted when they hold nothing but NS and SOA', async () => {
    const { world } = await openRoute53();
    const Id = createZone(world, 'example.com');
    const batch = (Action: string) =>
      callRoute53(world, 'ChangeResourceRecordSets', {
        HostedZoneId: Id,
        ChangeBatch: {
          Changes: [
            {
              Action,
              ResourceRecordSet: {
                Name: 'www.example.com',
                Type: 'A',
                TTL: 60,
                ResourceRecords: [{ Value: '192.0.2.1' }],
              },
            },
          ],
        },
      });
    batch('CREATE');
    expect(callRoute53(world, 'DeleteHostedZone', { Id })).toMatchObject({
      code: 'HostedZoneNotEmpty',
    });
    batch('DELETE');
    expect(callRoute53(world, 'DeleteHostedZone', { Id })).toMatchObject({
      ChangeInfo: { Status: 'PENDING' },
    });
    expect(callRoute53(world, 'GetHostedZone', { Id })).toMatchObject({ code: 'NoSuchHostedZone' });
  });

  test('and health checks carry tags', async () => {
    const { world } = await openRoute53();
    const id = createZone(world, 'example.com');
    const resource = { ResourceType: 'hostedzone', ResourceId: id };
    expect(
      callRoute53(world, 'ChangeTagsForResource', {
        ...resource,
        AddTags: [
          { Key: 'b', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      }),
    ).toEqual({});
    expect(
      callRoute53(world, 'ChangeTagsForResource', {
        ...resource,
        AddTags: [{ Key: 'c', Value: '3' }],
        RemoveTagKeys: ['b'],
      }),
    ).toEqual({});
    expect(callRoute53(world, 'ListTagsForResource', resource)).toEqual({
      ResourceTagSet: {
        ...resource,
        Tags: [
          { Key: 'a', Value: '2' },
          { Key: 'c', Value: '3' },
        ],
      },
    });
    expect(
      callRoute53(world, 'ListTagsForResources', { ResourceType: 'hostedzone', ResourceIds: [id] })
        .ResourceTagSets,
    ).toHaveLength(1);
    expect(
      callRoute53(world, 'ChangeTagsForResource', {
        ...resource,
        AddTags: [{ Key: 'aws:x', Value: '' }],
      }),
    ).toMatchObject({ code: 'InvalidInput' });
    expect(
      callRoute53(world, 'ListTagsForResource', { ResourceType: 'healthcheck', ResourceId: id }),
    ).toMatchObject({ code: 'NoSuchHealthCheck' });
  });
});
