/**
 * Brings the fact files of a directory into `src/atlas/facts`, with their sources: `node scripts/import-facts.ts
 * --from DIR`. The facts are data that others measured or published: they are copied, never retyped, so that each
 * number keeps the provenance that stands beside it. Running it again on the same directory changes nothing.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

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
  {
    from: 'services-by-region-botocore-2026-08.json',
    to: 'services-by-region.json',
    members: ['_source', 'services'],
  },
];

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
  const facts: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (typeof facts !== 'object' || facts === null)
    throw new Error(`${path} holds no object or list.`);
  const missing = file.members.filter((member) => !(member in facts));
  if (missing.length > 0) throw new Error(`${path} has no ${missing.join(', ')}.`);
  const sourced = file.source === undefined ? facts : { _source: file.source, ...facts };
  const text = `${format(sourced, '')}\n`;
  await writeFile(join(target, file.to), text);
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
};

await main();
