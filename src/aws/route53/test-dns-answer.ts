import type { TestDNSAnswerRequest, TestDNSAnswerResponse } from '@aws-sdk/client-route-53';
import { isDomainError } from '../../world/domain-error.ts';
import type { Operation } from '../operation.ts';
import { answer } from './answer.ts';
import type { RecordData } from './dns-records.ts';
import { ResourceRecordSets } from './entities.ts';
import { invalidInput, notBuilt } from './errors.ts';
import { healthCheckStatus } from './health-checks.ts';
import { hostedZoneOf } from './hosted-zones.ts';
import { apiName, BadName, parseName } from './names.ts';
import { servedType } from './parse-record-set.ts';
import { serveZone } from './served-zone.ts';

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** A value as Route 53 writes it. */
const formatData = (data: RecordData): string => {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return apiName(data.target);
    case 'MX':
      return `${data.preference} ${apiName(data.exchange)}`;
    case 'TXT':
    case 'SPF':
      return data.strings.map(quoted).join(' ');
    case 'SRV':
      return `${data.priority} ${data.weight} ${data.port} ${apiName(data.target)}`;
    case 'CAA':
      return `${data.flags} ${data.tag} ${quoted(data.value)}`;
    case 'SOA':
      return (
        `${apiName(data.primary)} ${apiName(data.mailbox)} ${data.serial} ${data.refreshSeconds} ` +
        `${data.retrySeconds} ${data.expireSeconds} ${data.minimumSeconds}`
      );
  }
};

/**
 * TestDNSAnswer: what this zone answers, without its clients' places, which routing does not look at yet. A
 * load balancer's addresses are state of its Region, which shares nothing with this service: the DNS server knows.
 */
export const testDnsAnswer: Operation<TestDNSAnswerRequest, TestDNSAnswerResponse> = (
  tx,
  input,
) => {
  const zone = hostedZoneOf(tx, input.HostedZoneId);
  if (isDomainError(zone)) return zone;
  const name = parseName(input.RecordName ?? '');
  if (name instanceof BadName) return invalidInput(name.reason);
  const type = servedType(input.RecordType);
  if (type === undefined) return notBuilt(`records of type ${input.RecordType}`);
  const served = serveZone(zone, tx.find(ResourceRecordSets, 'hostedZone', zone.id));
  let leadsToBalancer = false;
  const answered = answer(
    { name, type },
    {
      zoneOf: (asked) =>
        asked === zone.name || asked.endsWith(`.${zone.name}`) ? served : undefined,
      healthy: (healthCheckId) => healthCheckStatus(tx, healthCheckId),
      awsName: (kind) => {
        if (kind === 'balancer') leadsToBalancer = true;
        return undefined;
      },
    },
  );
  if (leadsToBalancer)
    return notBuilt(
      'TestDNSAnswer for names that lead to load balancers: ask the DNS server instead',
    );
  return {
    Nameserver: zone.nameServers[0],
    RecordName: apiName(name),
    RecordType: type,
    RecordData: answered.answers.map((record) => formatData(record.data)),
    ResponseCode: answered.code.toUpperCase(),
    Protocol: 'UDP',
  };
};
