/**
 * Writes `src/aws/ec2/instances/instance-types.json` from Amazon EC2's own answers, as getmoto/moto (Apache-2.0) collects
 * them: `node scripts/import-instance-types.ts --from DIR --version VERSION`, DIR being `moto/ec2/resources` of that
 * version's PyPI package.
 *
 * A type is a row of numbers: for each column, which of the column's values it has. Where it is offered is a row of bits a
 * place, in the order of the types, as hexadecimal digits. So 1,400 types take a twentieth of the answers' own size.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const { values: options } = parseArgs({
  options: { from: { type: 'string' }, version: { type: 'string' } },
});
const { from, version } = options;
if (from === undefined || version === undefined) {
  process.stderr.write(
    'Usage: node scripts/import-instance-types.ts --from DIR --version VERSION\n',
  );
  process.exit(2);
}

const readJson = (file: string): unknown =>
  JSON.parse(gunzipSync(readFileSync(join(from, file))).toString('utf8'));

type Members = Readonly<Record<string, unknown>>;

/** The members of a structure by their path, those of structures within it too; a list is one value. */
const leaves = (members: Members, prefix = ''): readonly (readonly [string, unknown])[] =>
  Object.entries(members).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? // A structure of a file of JSON.
        leaves(value as Members, `${prefix}${name}.`)
      : [[`${prefix}${name}`, value] as const],
  );

// The file holds one answer a type, by its name.
const answers = readJson('instance_types.json.gz') as Readonly<Record<string, Members>>;
const names = Object.keys(answers).toSorted();

const columns: Record<string, unknown[]> = {};
const rows = names.map((name) => {
  const row: Record<string, number> = {};
  for (const [path, value] of leaves(answers[name] ?? {})) {
    // The name stands beside the row.
    if (path === 'InstanceType') continue;
    const known = (columns[path] ??= []);
    const text = JSON.stringify(value);
    const index = known.findIndex((other) => JSON.stringify(other) === text);
    row[path] = index === -1 ? known.push(value) - 1 : index;
  }
  return row;
});

/** For each place of a kind the types that it offers. */
const offerings = (kind: string): ReadonlyMap<string, ReadonlySet<string>> => {
  const places = new Map<string, Set<string>>();
  const folder = join('instance_type_offerings', kind);
  for (const file of readdirSync(join(from, folder)).toSorted()) {
    if (!file.endsWith('.json.gz')) continue;
    // The file is a list of AWS's offerings.
    const list = readJson(join(folder, file)) as readonly {
      readonly InstanceType: string;
      readonly Location: string;
    }[];
    for (const { InstanceType: type, Location: place } of list) {
      const types = places.get(place) ?? new Set();
      places.set(place, types.add(type));
    }
  }
  return places;
};

const bits = (types: ReadonlySet<string>): string => {
  let digits = '';
  for (let index = 0; index < names.length; index += 4) {
    const four = [0, 1, 2, 3].map((bit) => (types.has(names[index + bit] ?? '') ? '1' : '0'));
    digits += Number.parseInt(four.join(''), 2).toString(16);
  }
  return digits;
};

const paths = Object.keys(columns).toSorted();
const section = (entries: readonly (readonly [string, unknown])[]): string =>
  entries
    .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(',\n');

const source = `Amazon EC2's own answers to DescribeInstanceTypes and DescribeInstanceTypeOfferings, as collected in getmoto/moto ${version} (moto/ec2/resources, Apache-2.0).`;
const offered = ['region', 'availability-zone-id'].flatMap((kind) =>
  [...offerings(kind)].map(([place, types]) => [place, bits(types)] as const),
);
const text = `{
  "_source": ${JSON.stringify(source)},
  "_types": "By name: for each of the columns, in their order, which of its values the type has; -1 for none.",
  "_offered": "By Region or zone id: a bit for each of the types, in their order; hexadecimal digits.",
  "columns": {
${section(paths.map((path) => [path, columns[path]]))}
  },
  "types": {
${section(names.map((name, index) => [name, paths.map((path) => rows[index]?.[path] ?? -1)]))}
  },
  "offered": {
${section(offered)}
  }
}
`;
writeFileSync(
  fileURLToPath(new URL('../src/aws/ec2/instances/instance-types.json', import.meta.url)),
  text,
);
process.stdout.write(`${names.length} types, ${offered.length} places\n`);
