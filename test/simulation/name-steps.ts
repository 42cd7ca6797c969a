import { LoadBalancers } from '../../src/aws/elbv2/entities.ts';
import { NetworkInterfaces } from '../../src/aws/ec2/instances/instance-entities.ts';
import type { DnsQuestion } from '../../src/aws/route53/dns-records.ts';
import { HealthChecks, HostedZones, ResourceRecordSets } from '../../src/aws/route53/entities.ts';
import { route53 } from '../../src/aws/route53/service.ts';
import { partitionShard, type Entity, type Table } from '../../src/world/entity.ts';
import { Broken, call, listOf, newName, once, oneOf, type Home, type Run } from './run.ts';

const listGlobal = <T extends Entity>(run: Run, home: Home, table: Table<T>): readonly T[] =>
  run.simulated.world.view(partitionShard, home.account).list(table);

const domains = ['example.test', 'shop.example.test', 'other.test'] as const;
const labels = ['www', 'api', '*', 'a.b', 'mail'] as const;

const createZone = (run: Run, home: Home): void => {
  call(run, home, route53, 'CreateHostedZone', {
    Name: oneOf(run, domains.concat() as [string, ...string[]]),
    CallerReference: newName(run, 'zone'),
  });
};

const publicAddress = (run: Run, home: Home): string =>
  run.random
    .pick(listOf(run, home, NetworkInterfaces).filter((one) => one.publicIpAddress !== null))
    ?.publicIpAddress?.toString() ?? '192.0.2.1';

const checkConfig = (run: Run, home: Home) => {
  const loadBalancer = run.random.pick(listOf(run, home, LoadBalancers));
  return {
    Type: oneOf(run, ['HTTP', 'HTTP', 'TCP', 'HTTP_STR_MATCH']),
    ...(loadBalancer === undefined || once(run, 3)
      ? { IPAddress: publicAddress(run, home) }
      : { FullyQualifiedDomainName: loadBalancer.dnsName }),
    Port: 80,
    RequestInterval: oneOf(run, [10, 30]),
    FailureThreshold: 1 + run.random.below(4),
    ...(once(run, 6) ? { Inverted: true } : {}),
    ...(once(run, 6) ? { Disabled: true } : {}),
    ...(once(run, 5) ? { Regions: ['us-east-1', 'eu-west-1', 'sa-east-1'] } : {}),
  };
};

const changeCheck = (run: Run, home: Home): void => {
  const check = run.random.pick(listGlobal(run, home, HealthChecks));
  if (check === undefined || once(run, 2)) {
    const config = checkConfig(run, home);
    call(run, home, route53, 'CreateHealthCheck', {
      CallerReference: newName(run, 'check'),
      HealthCheckConfig: {
        ...config,
        ...(config.Type === 'HTTP_STR_MATCH' ? { SearchString: 'ok' } : {}),
      },
    });
  } else if (once(run, 3)) {
    call(run, home, route53, 'DeleteHealthCheck', { HealthCheckId: check.id });
  } else {
    call(run, home, route53, 'UpdateHealthCheck', {
      HealthCheckId: check.id,
      FailureThreshold: 1 + run.random.below(5),
      Disabled: once(run, 4),
    });
  }
};

const valueOf = (run: Run, home: Home, otherHome: Home) => {
  const balancers = [...listOf(run, home, LoadBalancers), ...listOf(run, otherHome, LoadBalancers)];
  const loadBalancer = run.random.pick(balancers);
  if (loadBalancer === undefined || once(run, 3)) {
    return {
      TTL: oneOf(run, [1, 60, 300]),
      ResourceRecords: [{ Value: publicAddress(run, home) }],
    };
  }
  return {
    AliasTarget: {
      HostedZoneId: loadBalancer.canonicalHostedZoneId,
      DNSName: once(run, 2) ? loadBalancer.dnsName : `dualstack.${loadBalancer.dnsName}`,
      EvaluateTargetHealth: !once(run, 4),
    },
  };
};

const recordOf = (run: Run, home: Home, domain: string) => {
  const Name = `${oneOf(run, labels.concat() as [string, ...string[]])}.${domain}`;
  const otherHome = run.random.pick(run.homes) ?? home;
  const check = run.random.pick(listGlobal(run, home, HealthChecks));
  const withCheck = check === undefined || once(run, 2) ? {} : { HealthCheckId: check.id };
  if (once(run, 6)) {
    return {
      Name,
      Type: 'CNAME',
      TTL: 60,
      ResourceRecords: [
        { Value: `${oneOf(run, labels.concat() as [string, ...string[]])}.${domain}` },
      ],
    };
  }
  const failover = oneOf(run, ['PRIMARY', 'SECONDARY', undefined]);
  return {
    Name,
    Type: 'A',
    ...valueOf(run, home, otherHome),
    ...withCheck,
    ...(failover === undefined ? {} : { SetIdentifier: failover, Failover: failover }),
  };
};

const changeRecords = (run: Run, home: Home): void => {
  const zone = run.random.pick(listGlobal(run, home, HostedZones));
  if (zone === undefined) {
    createZone(run, home);
    return;
  }
  const name = zone.name.replace(/\.$/, '');
  call(run, home, route53, 'ChangeResourceRecordSets', {
    HostedZoneId: zone.id,
    ChangeBatch: {
      Changes: Array.from({ length: 1 + run.random.below(3) }, () => ({
        Action: oneOf(run, ['UPSERT', 'UPSERT', 'CREATE', 'DELETE']),
        ResourceRecordSet: recordOf(run, home, name),
      })),
    },
  });
};

/** Changes hosted zones, records or health checks. */
export const changeNames = (run: Run, home: Home): void => {
  switch (run.random.below(8)) {
    case 0:
      createZone(run, home);
      break;
    case 1:
      call(run, home, route53, 'DeleteHostedZone', {
        Id: run.random.pick(listGlobal(run, home, HostedZones))?.id,
      });
      break;
    case 2:
    case 3:
      changeCheck(run, home);
      break;
    default:
      changeRecords(run, home);
  }
};

/** Names that somebody may ask for, known and unknown. */
const someName = (run: Run, home: Home): string => {
  const zone = run.random.pick(listGlobal(run, home, HostedZones));
  const record = run.random.pick(listGlobal(run, home, ResourceRecordSets));
  const loadBalancer = run.random.pick(listOf(run, home, LoadBalancers));
  const random = oneOf(run, ['.', 'test.', 'a..b.', '*.example.test.', 'x'.repeat(300), '']);
  const instance = run.random.pick(listOf(run, home, NetworkInterfaces))?.privateIpAddress ?? '';
  return oneOf(run, [
    record?.name ?? random,
    `${oneOf(run, ['www', 'deep.er.name', '*'])}.${zone?.name ?? 'test.'}`,
    `${oneOf(run, ['', 'dualstack.', 'x.'])}${loadBalancer?.dnsName ?? 'no.elb.amazonaws.com'}.`,
    `ip-${instance.replaceAll('.', '-')}.${home.region}.compute.internal.`,
    random,
  ]);
};

/** Asks for a name. Whatever it is, there is an answer. */
export const ask = (run: Run, home: Home): void => {
  const name = someName(run, home);
  const type = oneOf<DnsQuestion['type']>(run, [
    'A',
    'AAAA',
    'CNAME',
    'NS',
    'SOA',
    'MX',
    'ANY',
    65_000,
  ]);
  try {
    run.simulated.answers.answer({ name, type });
  } catch (error) {
    throw new Broken(`the question ${name} ${type} throws`, { cause: error });
  }
};
