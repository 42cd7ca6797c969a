/**
 * Brings the services of AWS, as its public parameters name them, into `src/aws/ssm/global-services.json`:
 *
 *     node scripts/import-public-parameters.ts --from DIR
 *
 * DIR holds two facts: a dump of the public parameters of May 2025, which has each service's id, name and Regions, and
 * botocore's endpoints of August 2026, which know the Regions that have been added since. A service is in a Region
 * when either says so. The result is small, a line for each service, so that it costs nothing to have it at hand.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** The endpoint's name of a service, where it is not the id that the parameters have. */
const endpointNames: Readonly<Record<string, string>> = {
  AmazonGameLiftStreams: 'gameliftstreams',
  accessanalyzer: 'access-analyzer',
  ahl: 'healthlake',
  amazonlocationservice: 'geo',
  appintegrations: 'app-integrations',
  'application-insights': 'applicationinsights',
  appstream: 'appstream2',
  'chime-sdk-identity': 'identity-chime',
  'chime-sdk-media-pipelines': 'media-pipelines-chime',
  'chime-sdk-meetings': 'meetings-chime',
  'chime-sdk-messaging': 'messaging-chime',
  'chime-sdk-voice': 'voice-chime',
  cloudwatch: 'monitoring',
  codeguruprofiler: 'codeguru-profiler',
  'connect-contact-lens': 'contact-lens',
  connectcampaigns: 'connect-campaigns',
  connectcases: 'cases',
  connectparticipant: 'participant.connect',
  costexplorer: 'ce',
  'customer-profiles': 'profile',
  detective: 'api.detective',
  dynamodbstreams: 'streams.dynamodb',
  ecr: 'api.ecr',
  'ecr-public': 'api.ecr-public',
  efs: 'elasticfilesystem',
  elb: 'elasticloadbalancing',
  emr: 'elasticmapreduce',
  eventbridge: 'events',
  'identity-center': 'sso',
  'iot-data': 'data.iot',
  iotdeviceadvisor: 'api.iotdeviceadvisor',
  iotsecuretunneling: 'api.tunneling.iot',
  'ivs-realtime': 'ivsrealtime',
  'lex-models': 'models.lex',
  'lex-runtime': 'runtime.lex',
  'lexv2-models': 'models-v2-lex',
  'marketplace-catalog': 'catalog.marketplace',
  'marketplace-entitlement': 'entitlement.marketplace',
  mcs: 'cassandra',
  'mediastore-data': 'data.mediastore',
  mediatailor: 'api.mediatailor',
  memorydb: 'memory-db',
  meteringmarketplace: 'metering.marketplace',
  migrationhuborchestrator: 'migrationhub-orchestrator',
  migrationhubstrategy: 'migrationhub-strategy',
  mturk: 'mturk-requester',
  mwaa: 'airflow',
  notificationscontacts: 'notifications-contacts',
  opensearchserverless: 'aoss',
  pricing: 'api.pricing',
  resourcegroupstaggingapi: 'tagging',
  s3control: 's3-control',
  s3outposts: 's3-outposts',
  sagemaker: 'api.sagemaker',
  'sagemaker-metrics': 'metrics.sagemaker',
  'sagemaker-runtime': 'runtime.sagemaker',
  'service-quotas': 'servicequotas',
  ses: 'email',
  'sso-oidc': 'oidc',
  stepfunctions: 'states',
  'support-app': 'supportapp',
  taxsettings: 'tax',
  'timestream-query': 'query.timestream',
  'timestream-write': 'ingest.timestream',
  'voice-id': 'voiceid',
  // A VPC is asked for at the endpoint of EC2.
  vpc: 'ec2',
  wellarchitectedtool: 'wellarchitected',
};

/**
 * Services that botocore's endpoints.json lists in every Region there is, by rule and not because they are there: their
 * hosts are under `api.aws`.
 */
const listedEverywhere: ReadonlySet<string> = new Set([
  'datazone',
  'eks-auth',
  'gameliftstreams',
  'internetmonitor',
  'kendra-ranking',
  'notifications',
  'qbusiness',
]);

/** Services whose host names do not follow `<name>.<region>.amazonaws.com` (botocore's endpoints.json). */
const irregularHosts: ReadonlySet<string> = new Set(['docdb', 'iotwireless', 'neptune', 'sdb']);

/** One letter stands for one Region. */
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

interface Dump {
  readonly services: Readonly<
    Record<string, { readonly name: string; readonly regions: readonly string[] }>
  >;
}
interface Endpoints {
  readonly services: Readonly<Record<string, { readonly regions: readonly string[] }>>;
}

const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { from: { type: 'string' } } });
  if (values.from === undefined) {
    process.stderr.write('Usage: node scripts/import-public-parameters.ts --from DIR\n');
    process.exitCode = 2;
    return;
  }
  // Both files are written by those who collected the facts, in exactly these forms.
  const dump = (await read(join(values.from, 'services-by-region-ssm-2025-05.json'))) as Dump;
  const newer = (await read(
    join(values.from, 'services-by-region-botocore-2026-08.json'),
  )) as Endpoints;
  const regions = [
    ...new Set(
      [...Object.values(dump.services), ...Object.values(newer.services)].flatMap(
        (service) => service.regions,
      ),
    ),
  ].toSorted(byText);
  const letterOf = new Map(regions.map((region, index) => [region, letters[index] ?? '']));
  const rows = Object.entries(dump.services)
    .toSorted(([a], [b]) => byText(a, b))
    .map(([id, service]) => {
      const endpoint = endpointNames[id] ?? id;
      const added = listedEverywhere.has(endpoint) ? [] : (newer.services[endpoint]?.regions ?? []);
      const there = [...new Set([...service.regions, ...added])].toSorted(byText);
      const host = added.length > 0 && !irregularHosts.has(endpoint) ? endpoint : null;
      return [id, service.name, host, there.map((region) => letterOf.get(region)).join('')];
    });
  const lines = rows.map((row) => `  ${JSON.stringify(row)}`);
  const text = [
    '{',
    `"_source": ${JSON.stringify(
      'Ids, names and Regions: wut-dev/aws-region-services-compiler@f2d3d588 data/services.json (2025-05-24), a dump of the public ' +
        'parameters below /aws/service/global-infrastructure (facts only); Regions added since and endpoint names: ' +
        'boto/botocore@0e6e2404 botocore/data/endpoints.json (2026-08), Apache-2.0. Written by scripts/import-public-parameters.ts.',
    )},`,
    `"regions": ${JSON.stringify(regions)},`,
    '"_services": "id, name, name of the endpoint (null where there is none in each Region or its host is irregular), Regions as letters a-z, A-Z by their place above",',
    '"services": [',
    lines.join(',\n'),
    ']',
    '}',
    '',
  ].join('\n');
  const target = join(import.meta.dirname, '..', 'src', 'aws', 'ssm', 'global-services.json');
  await writeFile(target, text);
  process.stdout.write(
    `${rows.length} services, ${regions.length} Regions, ${text.length} characters\n`,
  );
};

await main();
