import { describe, expect, test } from 'vitest';
import { callRoute53 } from './test-calls.ts';
import {
  a,
  record,
  alias,
  failover,
  create,
  change,
  list,
  names,
  open,
  balancer,
  balancerZone,
} from './test-record-sets.ts';

describe('the list', () => {
  const filled = async () => {
    const { world, zone } = await open();
    change(
      world,
      zone,
      create(a('www.example.com')),
      create(record('TXT', 'www.example.com', '"x"')),
      create(a('*.example.com')),
      create(a('b.a.example.com')),
      create(a('a.example.com')),
      create(a('a-b.example.com')),
      create(a('f.example.com', ['192.0.2.2'], failover('SECONDARY', 's'))),
      create(a('f.example.com', ['192.0.2.1'], failover('PRIMARY', 'p'))),
    );
    return { world, zone };
  };

  test('is sorted by reversed labels, then type, then identifier; odd characters are octal codes', async () => {
    const { world, zone } = await filled();
    expect(names(list(world, zone))).toEqual([
      'example.com. NS',
      'example.com. SOA',
      '\\052.example.com. A',
      'a-b.example.com. A',
      'a.example.com. A',
      'b.a.example.com. A',
      'f.example.com. A p',
      'f.example.com. A s',
      'www.example.com. A',
      'www.example.com. TXT',
    ]);
  });

  test('comes in pages that join without gap', async () => {
    const { world, zone } = await filled();
    const whole = names(list(world, zone));
    const seen: string[] = [];
    let page = list(world, zone, { MaxItems: '1' });
    for (;;) {
      seen.push(...names(page));
      if (!page.IsTruncated) break;
      page = list(world, zone, {
        MaxItems: '1',
        StartRecordName: page.NextRecordName,
        StartRecordType: page.NextRecordType,
        ...(page.NextRecordIdentifier === undefined
          ? {}
          : { StartRecordIdentifier: page.NextRecordIdentifier }),
      });
    }
    expect(seen).toEqual(whole);
  });

  test.each<[object, string | undefined]>([
    [{ StartRecordName: 'f.example.com' }, 'f.example.com. A p'],
    [{ StartRecordName: 'e.example.com' }, 'f.example.com. A p'],
    [{ StartRecordName: 'www.example.com', StartRecordType: 'MX' }, 'www.example.com. TXT'],
    [{ StartRecordName: 'zzz.example.com' }, undefined],
  ])('begins at %j', async (start, first) => {
    const { world, zone } = await filled();
    expect(names(list(world, zone, start))[0]).toBe(first);
  });

  test.each([
    { StartRecordType: 'A' },
    { StartRecordName: 'a.example.com', StartRecordIdentifier: 'p' },
    { MaxItems: '0' },
  ])('refuses %j', async (start) => {
    const { world, zone } = await filled();
    expect(list(world, zone, start)).toMatchObject({ code: 'InvalidInput' });
  });
});

describe('TestDNSAnswer', () => {
  test('says what the zone answers', async () => {
    const { world, zone } = await open();
    change(
      world,
      zone,
      create(a('www.example.com')),
      create(record('TXT', 'www.example.com', '"one" "t\\"wo"')),
      create(record('CNAME', 'w.example.com', 'www.example.com')),
    );
    const ask = (RecordName: string, RecordType: string) =>
      callRoute53(world, 'TestDNSAnswer', { HostedZoneId: zone, RecordName, RecordType });
    expect(ask('www.example.com', 'A')).toEqual({
      Nameserver: expect.stringMatching(/^ns-/),
      RecordName: 'www.example.com.',
      RecordType: 'A',
      RecordData: ['192.0.2.1'],
      ResponseCode: 'NOERROR',
      Protocol: 'UDP',
    });
    expect(ask('w.example.com', 'A').RecordData).toEqual(['www.example.com.', '192.0.2.1']);
    expect(ask('www.example.com', 'TXT').RecordData).toEqual(['"one" "t\\"wo"']);
    expect(ask('x.example.com', 'A')).toMatchObject({ RecordData: [], ResponseCode: 'NXDOMAIN' });
    expect(ask('www.example.net', 'A')).toMatchObject({ ResponseCode: 'REFUSED' });
  });

  test('does not guess the addresses of load balancers', async () => {
    const { world, zone } = await open();
    change(world, zone, create(alias('www.example.com', balancer, balancerZone)));
    expect(
      callRoute53(world, 'TestDNSAnswer', {
        HostedZoneId: zone,
        RecordName: 'www.example.com',
        RecordType: 'A',
      }),
    ).toMatchObject({
      code: 'NotImplemented',
    });
  });
});
