import { answer, type AnswerContext } from '../../aws/route53/answer.ts';
import type { AwsNameKind } from '../../aws/route53/aws-names.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../aws/route53/dns-records.ts';
import {
  CheckerStatuses,
  HealthChecks,
  HostedZones,
  ResourceRecordSets,
} from '../../aws/route53/entities.ts';
import { healthCheckStatus } from '../../aws/route53/health-checks.ts';
import { serveZone, zoneFinder } from '../../aws/route53/served-zone.ts';
import { partitionShard } from '../../world/entity.ts';
import type { World } from '../../world/world.ts';
import { hostTables } from '../addresses/instance-hosts.ts';
import { ownersCalled } from '../addresses/owners-called.ts';
import { remembered } from '../runners/tables-watch.ts';
import { balancerNames } from './balancer-names.ts';
import { instanceNames } from './instance-names.ts';
import type { AnswerSockets, NameSource } from './name-source.ts';

/** Who knows the names of each family of AWS's own. */
const nameSources = (
  world: World,
  sockets: AnswerSockets,
): Readonly<Record<AwsNameKind, NameSource>> => ({
  balancer: balancerNames(world, sockets),
  instance: instanceNames(world, sockets),
});

/** Answers DNS questions from the world. */
export interface DnsAnswers {
  answer(question: DnsQuestion): DnsAnswer;
  /** Counts up whenever any answer may have changed. */
  generation(): number;
}

/** The health checks' statuses and the zones of all accounts: they are one name space. */
const readRoute53 = (world: World): Pick<AnswerContext, 'zoneOf' | 'healthy'> => {
  const views = world.viewsOf(partitionShard);
  const zones = views.flatMap((view) =>
    view
      .list(HostedZones)
      .map((zone) => serveZone(zone, view.find(ResourceRecordSets, 'hostedZone', zone.id))),
  );
  return {
    zoneOf: zoneFinder(zones),
    healthy: (healthCheckId) => {
      const view = views.find(
        (candidate) => candidate.get(HealthChecks, healthCheckId) !== undefined,
      );
      // A record whose health check is gone is never healthy (Developer Guide, "Deleting health checks").
      return view !== undefined && healthCheckStatus(view, healthCheckId);
    },
  };
};

const zoneTables = [HostedZones, ResourceRecordSets, HealthChecks] as const;

/** An address that the API gave, in a record that a user wrote, leads to the real socket of the one who has it. */
const toRealAddress = (world: World, sockets: AnswerSockets, record: DnsRecord): DnsRecord => {
  if (record.data.type !== 'A') return record;
  const [owner, ...others] = ownersCalled(world, record.data.address);
  if (owner === undefined || others.length > 0) return record;
  return { ...record, data: { type: 'A', address: sockets.addressOf(owner) } };
};

/** Makes the answers of one world; what they rest on is read anew only when a commit has changed it. */
export const createDnsAnswers = (world: World, sockets: AnswerSockets): DnsAnswers => {
  const route53 = remembered(world, zoneTables, () => readRoute53(world));
  const names = nameSources(world, sockets);
  const context: AnswerContext = {
    zoneOf: (name) => route53().zoneOf(name),
    healthy: (healthCheckId) => route53().healthy(healthCheckId),
    awsName: (kind, name) => names[kind].find(name),
  };
  const tables = [
    ...zoneTables,
    CheckerStatuses,
    ...hostTables,
    ...Object.values(names).flatMap((source) => source.tables),
  ];
  const watched = [...new Map(tables.map((table) => [table.name, table])).values()];
  return {
    answer: (question) => {
      const found = answer(question, context);
      return {
        ...found,
        answers: found.answers.map((record) => toRealAddress(world, sockets, record)),
      };
    },
    generation: () => world.changesOf(watched),
  };
};
