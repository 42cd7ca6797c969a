/**
 * Brings the fact files of a directory into `src/atlas/facts`, with their sources: `node scripts/import-facts.ts
 * --from DIR`. The facts are data that others measured or published: they are copied, never retyped, so that each
 * number keeps the provenance that stands beside it. Running it again on the same directory changes nothing.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endpointNames, listedEverywhere } from './service-endpoint-names.ts';

interface FactFile {
  /** The file's name in the directory that is imported. */
  readonly from: string;
  /** Its name in `src/atlas/facts`. */
  readonly to: string;
  /** What must stand at its top level, so that a changed shape is noticed here and not at run time. */
  readonly members: readonly string[];
  /** The source, for a file that is another project's own and does not name it. */
  readonly source?: string;
}

/** The cities of `places.json` are not among them: that list is append-only and kept by hand. */
const factFiles: readonly FactFile[] = [
  { from: 'regions.json', to: 'regions.json', members: ['_sources', 'regions', 'otherPartitions'] },
  { from: 'local-zones-partial.json', to: 'local-zones.json', members: ['_source', 'localZones'] },
  { from: 'zone-name-to-id-moto.json', to: 'zone-names.json', members: ['_source', 'zones'] },
  {
    from: 'latency-region-rtt-2022.json',
    to: 'round-trips.json',
    members: ['_source', 'unit', 'rtt'],
  },
  {
    from: 'botocore-partitions-2026-08.json',
    to: 'partitions.json',
    members: ['partitions', 'version'],
    source: 'boto/botocore botocore/data/partitions.json, August 2026, Apache-2.0',
  },
  { from: 'incidents.json', to: 'incidents.json', members: [] },
  {
    from: 'behaviours.json',
    to: 'behaviours.json',
    members: ['_how', 'elb', 'route53', 'copy', 'autoscaling'],
  },
  { from: 'carbon.json', to: 'carbon.json', members: ['_source', 'unit', 'regions'] },
  { from: 'prices.json', to: 'prices.json', members: ['_source', 'usdPerHour', 'other'] },
];

/** Remarks of those who gathered the facts, in words that a reader elsewhere understands. */
const wording: ReadonlyMap<string, string> = new Map([
  ['read in this session in the named source', 'read in the named source'],
  ['K = researcher knowledge, doc link given, not re-read', 'K = common knowledge, not read again'],
  ['(stored copy; date of that commit not known to me, 2026 catalogue generation)', '(2026)'],
  [
    'find_string id 69784423950, price-list query 2026',
    'a public query of the AWS price list, 2026',
  ],
  [
    'find_string id 57618760737, test against price-list files',
    'a public test on files of the AWS price list, undated',
  ],
  ['PREFER newer: npm @cloud-carbon', 'npm @cloud-carbon'],
  ['Repo licence not found in index; ', ''],
  ['(find id 57966360749)', '(user guide)'],
  ['quota dump id 2548061720', 'a public list of quotas'],
  ['quota dump find id 2548061720', 'a public list of quotas'],
  ['FIS Actions reference, find id 58686886664', 'FIS Actions reference'],
  ['secondary source (find id 70887351506, 52083682432)', 'secondary source'],
  ['several public repos agree', 'several public repositories agree, undated'],
  ['end not re-read (widely reported ~7 h)', 'widely reported as about 7 h'],
  ['researcher knowledge, NOT re-verified', 'common knowledge, not verified again'],
  ['NOT re-verified per Region', 'not verified for each Region'],
  ['researcher-written city centroids', 'centres of cities, written by hand'],
  ['common knowledge, not in the AWS table read', 'common knowledge, not in the table of AWS'],
]);

const usage = 'Usage: node scripts/import-facts.ts --from DIR';

const isPlainList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item !== 'object');

/** A small object or a list of plain values takes one line, so that a change of one fact is a change of one line. */
const format = (value: unknown, indent: string): string => {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || isPlainList(value)) return line;
  if (indent !== '' && indent.length + line.length <= 160) return line;
  const inner = `${indent} `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + format(item, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${JSON.stringify(name)}: ${format(member, inner)}`,
  );
  return `{\n${members.join(',\n')}\n${indent}}`;
};

const importFile = async (directory: string, target: string, file: FactFile): Promise<number> => {
  const path = join(directory, file.from);
  let original = await readFile(path, 'utf8');
  for (const [remark, words] of wording) original = original.replaceAll(remark, words);
  const facts: unknown = JSON.parse(original);
  if (typeof facts !== 'object' || facts === null)
    throw new Error(`${path} holds no object or list.`);
  const missing = file.members.filter((member) => !(member in facts));
  if (missing.length > 0) throw new Error(`${path} has no ${missing.join(', ')}.`);
  const sourced = file.source === undefined ? facts : { _source: file.source, ...facts };
  const text = `${format(sourced, '')}\n`;
  await writeFile(join(target, file.to), text);
  return text.length;
};

interface ServiceList {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly name?: string;
        readonly regionalized?: boolean;
        readonly regions: readonly string[];
      }
    >
  >;
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** Those who gathered the lists wrote them in exactly this form. */
const readServices = async (path: string): Promise<ServiceList['services']> =>
  (JSON.parse(await readFile(path, 'utf8')) as ServiceList).services;

/**
 * Both lists of services in one small file: a line for each service, with its id and name in the public parameters,
 * its endpoint's name, and the Regions that either list has, each Region a letter.
 */
const importServices = async (directory: string, target: string): Promise<number> => {
  const parameters = await readServices(join(directory, 'services-by-region-ssm-2025-05.json'));
  const endpoints = await readServices(join(directory, 'services-by-region-botocore-2026-08.json'));
  const isOfPartition = (region: string): boolean => !/^(cn|us-gov)-/.test(region);
  const all = [...Object.values(parameters), ...Object.values(endpoints)];
  const regions = [...new Set(all.flatMap((service) => service.regions))]
    .filter(isOfPartition)
    .toSorted(byText);
  const letterOf = new Map(
    regions.map((region, index) => [region, String.fromCharCode((index < 26 ? 97 : 39) + index)]),
  );
  const letters = (list: readonly string[]): string =>
    list.map((region) => letterOf.get(region) ?? '').join('');
  const endpointLetters = (name: string | undefined): string | null => {
    const found = name === undefined ? undefined : endpoints[name];
    if (found === undefined || name === undefined || listedEverywhere.has(name)) return null;
    return found.regionalized === true ? letters(found.regions) : '*';
  };
  const endpointOf = (id: string): string | undefined => {
    const name = endpointNames[id] ?? id;
    return name in endpoints ? name : undefined;
  };
  const claimed = new Set(Object.keys(parameters).map(endpointOf));
  const rows = [
    ...Object.entries(parameters).map(([id, service]) => {
      const endpoint = endpointOf(id);
      return [
        id,
        service.name,
        endpoint ?? null,
        letters(service.regions),
        endpointLetters(endpoint),
      ];
    }),
    ...Object.keys(endpoints)
      .filter((name) => !claimed.has(name))
      .map((name) => [name, null, name, null, endpointLetters(name)]),
  ].toSorted(([a], [b]) => byText(String(a), String(b)));
  const facts = {
    _sources: {
      parameters:
        'Ids, names and Regions: wut-dev/aws-region-services-compiler@f2d3d588 data/services.json (2025-05-24), a dump of the public parameters below /aws/service/global-infrastructure (facts only)',
      endpoints:
        'Endpoints: boto/botocore@0e6e2404 botocore/data/endpoints.json (2026-08-07), Apache-2.0, partition aws; absence there is no proof of absence',
    },
    _services:
      'id, name, endpoint, Regions by the parameters, Regions by the endpoints (* is a global service); Regions as letters a-z, A-Z by their place in regions; null where the list does not have the service',
    regions,
    services: rows,
  };
  const text = `${format(facts, '')}\n`;
  await writeFile(join(target, 'services.json'), text);
  return text.length;
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { from: { type: 'string' } } });
  if (values.from === undefined) {
    process.stderr.write(`${usage}\n`);
    process.exitCode = 2;
    return;
  }
  const target = join(import.meta.dirname, '..', 'src', 'atlas', 'facts');
  await mkdir(target, { recursive: true });
  for (const file of factFiles) {
    const size = await importFile(values.from, target, file);
    process.stdout.write(`${file.to}: ${size} characters\n`);
  }
  const size = await importServices(values.from, target);
  process.stdout.write(`services.json: ${size} characters\n`);
};

await main();
