import type { DnsRecord, RecordType } from './dns-records.ts';
import type { ResourceRecordSet } from './entities.ts';
import { parseName } from './names.ts';
import { isBad, parseValue } from './record-values.ts';
import { serveZone, type ServedZone } from './served-zone.ts';

/** A name in the form in which zones keep it. */
export const nameOf = (text: string): string => {
  const name = parseName(text);
  if (isBad(name)) throw new Error(name.reason);
  return name;
};

/** What a record set has beside its name, type and values. */
export type SetParts = Partial<Omit<ResourceRecordSet, 'alias'>> & {
  alias?: string;
  evaluate?: boolean;
};

/** One record set as a zone serves it. */
export const set = (
  name: string,
  type: RecordType,
  values: readonly string[],
  parts: SetParts = {},
): ResourceRecordSet => {
  const { alias, evaluate, ...rest } = parts;
  return {
    id: `${name}/${type}/${parts.setIdentifier ?? ''}`,
    hostedZoneId: 'Z1',
    name: nameOf(name),
    type,
    ttlSeconds: 300,
    values,
    data: values.map((value) => {
      const data = parseValue(type, value);
      if (isBad(data)) throw new Error(data.reason);
      return data;
    }),
    ...(alias === undefined
      ? {}
      : {
          alias: {
            hostedZoneId: 'Z1',
            dnsName: nameOf(alias),
            evaluateTargetHealth: evaluate ?? false,
          },
        }),
    ...rest,
  };
};

/** A zone with its own SOA and NS records and these. */
export const zone = (name: string, sets: readonly ResourceRecordSet[], createdAt = 0): ServedZone =>
  serveZone({ id: 'Z1', name: nameOf(name), callerReference: 'r', nameServers: [], createdAt }, [
    set(
      name,
      'SOA',
      ['ns-1.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400'],
      { ttlSeconds: 900 },
    ),
    set(name, 'NS', ['ns-1.awsdns-00.com', 'ns-2.awsdns-01.net'], { ttlSeconds: 172_800 }),
    ...sets,
  ]);

/** A record as text: name, TTL, type and value. */
export const show = (record: DnsRecord): string => {
  const { data } = record;
  const value =
    data.type === 'A' || data.type === 'AAAA'
      ? data.address
      : 'target' in data
        ? data.target
        : 'strings' in data
          ? data.strings.join('')
          : 'exchange' in data
            ? data.exchange
            : '...';
  return `${record.name} ${record.ttlSeconds} ${data.type} ${value}`;
};
