/**
 * Writes `src/wire/models/<service>.json` from botocore's service models (Apache-2.0).
 *
 *     node scripts/generate-wire-models.ts [--botocore DIR] [--out DIR]
 *
 * DIR is botocore's package directory; python3 is asked for it when it is not given. A model holds only the
 * operations that exist in Faultline, with the shapes they reach and without documentation, and the names of
 * all other operations, so that a call to one of them can be told "AWS has it, Faultline has not".
 *
 * Which services and operations exist is read from the code, `src/aws/services.ts`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { allServices } from './all-services.ts';

/**
 * Enumerations that the operation checks itself, because AWS answers an unknown value with words of its own
 * (`Invalid value 'x' for InstanceType.`) and adds values every month.
 */
const openEnumerations: ReadonlySet<string> = new Set(['ec2:InstanceType']);

/**
 * Types that botocore's model has otherwise than the Smithy models, from which the JavaScript SDK and so the types of our
 * operations are made. On the wire they look the same.
 */
const correctedTypes: Readonly<Record<string, string>> = { 'route53:PageMaxItems': 'integer' };

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
interface BotocoreReference {
  readonly shape: string;
  readonly [trait: string]: Json;
}
interface BotocoreShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, BotocoreReference>>;
  readonly member?: BotocoreReference;
  readonly key?: BotocoreReference;
  readonly value?: BotocoreReference;
  readonly [trait: string]: unknown;
}
interface BotocoreOperation {
  readonly http: {
    readonly method: string;
    readonly requestUri: string;
    readonly responseCode?: number;
  };
  readonly input?: BotocoreReference;
  readonly output?: BotocoreReference;
  readonly errors?: readonly BotocoreReference[];
}
interface BotocoreModel {
  readonly metadata: Readonly<Record<string, Json>>;
  readonly operations: Readonly<Record<string, BotocoreOperation>>;
  readonly shapes: Readonly<Record<string, BotocoreShape>>;
}

const shapeTraits = [
  'enum',
  'error',
  'exception',
  'fault',
  'flattened',
  'locationName',
  'max',
  'min',
  'pattern',
  'payload',
  'required',
  'timestampFormat',
  'union',
  'xmlNamespace',
];
const referenceTraits = [
  'flattened',
  'hostLabel',
  'idempotencyToken',
  'jsonvalue',
  'location',
  'locationName',
  'queryName',
  'resultWrapper',
  'streaming',
  'timestampFormat',
  'xmlAttribute',
  'xmlNamespace',
];
const metadataTraits = [
  'apiVersion',
  'awsQueryCompatible',
  'endpointPrefix',
  'jsonVersion',
  'protocol',
  'protocols',
  'serviceId',
  'signingName',
  'targetPrefix',
  'xmlNamespace',
];

const root = fileURLToPath(new URL('..', import.meta.url));

const pick = (
  from: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> =>
  Object.fromEntries(
    names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  );

const reference = (from: BotocoreReference): Record<string, unknown> => ({
  shape: from.shape,
  ...pick(from, referenceTraits),
});

/** The shapes that the given ones reach, themselves included, in order of name. */
const reach = (model: BotocoreModel, from: readonly string[]): readonly string[] => {
  const seen = new Set<string>();
  const waiting = [...from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const shape = model.shapes[name];
    if (shape === undefined) throw new Error(`botocore's model has no shape ${name}`);
    for (const next of [
      ...Object.values(shape.members ?? {}),
      shape.member,
      shape.key,
      shape.value,
    ]) {
      if (next !== undefined) waiting.push(next.shape);
    }
  }
  return [...seen].toSorted();
};

const trimShape = (
  service: string,
  name: string,
  shape: BotocoreShape,
): Record<string, unknown> => {
  const trimmed: Record<string, unknown> = {
    type: correctedTypes[`${service}:${name}`] ?? shape.type,
    ...pick(shape, shapeTraits),
  };
  if (openEnumerations.has(`${service}:${name}`)) delete trimmed['enum'];
  if (shape.members !== undefined) {
    trimmed['members'] = Object.fromEntries(
      Object.entries(shape.members).map(([member, of]) => [member, reference(of)]),
    );
  }
  for (const part of ['member', 'key', 'value'] as const) {
    const of = shape[part];
    if (of !== undefined) trimmed[part] = reference(of);
  }
  return trimmed;
};

const trimModel = (
  service: string,
  model: BotocoreModel,
  existing: readonly string[],
  botocoreVersion: string,
): Record<string, unknown> => {
  const roots: string[] = [];
  const operations: Record<string, unknown> = {};
  for (const name of [...existing].toSorted()) {
    const operation = model.operations[name];
    if (operation === undefined)
      throw new Error(`${service} has no operation ${name} in botocore ${botocoreVersion}`);
    const errors = (operation.errors ?? []).map((error) => error.shape);
    for (const one of [operation.input, operation.output])
      if (one !== undefined) roots.push(one.shape);
    roots.push(...errors);
    operations[name] = {
      http: operation.http,
      ...(operation.input === undefined ? {} : { input: reference(operation.input) }),
      ...(operation.output === undefined ? {} : { output: reference(operation.output) }),
      errors: errors.toSorted(),
    };
  }
  const metadata = pick(model.metadata, metadataTraits);
  // Route 53 names its namespace beside each input instead of once.
  metadata['xmlNamespace'] ??= Object.values(model.operations)
    .map((operation) => operation.input?.['xmlNamespace'])
    .find((namespace) => namespace !== undefined);
  const kept = new Set(existing);
  const unbuilt = Object.entries(model.operations)
    .filter(([name]) => !kept.has(name))
    .map(([name, { http }]) => [name, `${http.method} ${http.requestUri}`]);
  return {
    service,
    botocore: botocoreVersion,
    metadata,
    operations,
    shapes: Object.fromEntries(
      reach(model, roots).map((name) => [
        name,
        trimShape(service, name, model.shapes[name] ?? { type: '' }),
      ]),
    ),
    unbuilt: Object.fromEntries(unbuilt.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))),
  };
};

/** One line an operation, shape and unbuilt name: small, and a readable difference when botocore moves on. */
const format = (model: Record<string, unknown>): string => {
  const parts = Object.entries(model).map(([key, value]) => {
    const nested = key === 'operations' || key === 'shapes' || key === 'unbuilt';
    if (!nested) return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    const lines = Object.entries(value as object).map(
      ([name, of]) => `  ${JSON.stringify(name)}: ${JSON.stringify(of)}`,
    );
    return `${JSON.stringify(key)}: {\n${lines.join(',\n')}\n}`;
  });
  return `{\n${parts.join(',\n')}\n}\n`;
};

const readModel = (botocore: string, folder: string): BotocoreModel => {
  const versions = readdirSync(join(botocore, 'data', folder)).toSorted();
  const file = join(botocore, 'data', folder, versions.at(-1) ?? '', 'service-2.json');
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString('utf8'));
};

const askPython = (): string =>
  execFileSync(
    'python3',
    ['-c', 'import botocore, os; print(os.path.dirname(botocore.__file__))'],
    {
      encoding: 'utf8',
    },
  ).trim();

const { values: options } = parseArgs({
  options: {
    botocore: { type: 'string' },
    out: { type: 'string' },
    operations: { type: 'string' },
  },
});
const botocore = options.botocore ?? askPython();
const out = options.out ?? join(root, 'src/wire/models');
const version =
  /__version__ = ['"]([^'"]+)/.exec(readFileSync(join(botocore, '__init__.py'), 'utf8'))?.[1] ??
  'unknown';

mkdirSync(out, { recursive: true });
for (const { name, model, operations } of allServices) {
  const existing = Object.keys(operations);
  const text = format(trimModel(name, readModel(botocore, model), existing, version));
  writeFileSync(join(out, `${name}.json`), text);
  process.stdout.write(
    `${name}: ${existing.length} operations, ${Math.round(text.length / 1024)} KiB\n`,
  );
}
