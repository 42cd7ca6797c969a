/**
 * Writes `src/wire/models/<service>.json` and `src/wire/aws-operations.jsonl` from botocore's service models (Apache-2.0).
 *
 *     node scripts/generate-wire-models.ts [--newest]
 *
 * It takes the version of botocore that the files are of, or the newest one, from PyPI by python3's pip. A model holds only
 * the operations that exist in Faultline, with the shapes they reach and without documentation. The list has the names of all
 * operations of all services, so that a call to one of them can be told "AWS has it, Faultline has not".
 *
 * Which services and operations exist is read from the code, `src/aws/services.ts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { modelledCodes } from '../src/wire/api-failure.ts';
import { allServices } from './all-services.ts';
import { allModels, findBotocore, readModel } from './botocore.ts';
import { documentedBounds } from './documented-bounds.ts';
import type { BotocoreModel, BotocoreReference, BotocoreShape } from './botocore.ts';

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

/** The model with the bounds that AWS only documents: the member of the input gets a shape of its own. */
const withDocumentedBounds = (
  service: string,
  model: BotocoreModel,
  existing: readonly string[],
): BotocoreModel => {
  const shapes: Record<string, BotocoreShape> = { ...model.shapes };
  for (const name of existing) {
    const inputName = model.operations[name]?.input?.shape ?? '';
    const input = shapes[inputName];
    if (input?.members === undefined) continue;
    const members: Record<string, BotocoreReference> = { ...input.members };
    for (const [member, of] of Object.entries(input.members)) {
      const shape = model.shapes[of.shape];
      const text = typeof of['documentation'] === 'string' ? of['documentation'] : '';
      if (shape === undefined) continue;
      const bounds = documentedBounds(`${service}:${name}`, member, shape, text);
      if (bounds === undefined) continue;
      const own = `${name}${member}`;
      shapes[own] = { ...shape, ...bounds };
      members[member] = { ...of, shape: own };
    }
    shapes[inputName] = { ...input, members };
  }
  return { ...model, shapes };
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
  };
};

/** One line an operation and shape: small, and a readable difference when botocore moves on. */
const format = (model: Record<string, unknown>): string => {
  const parts = Object.entries(model).map(([key, value]) => {
    const nested = key === 'operations' || key === 'shapes';
    if (!nested) return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    const lines = Object.entries(value as object).map(
      ([name, of]) => `  ${JSON.stringify(name)}: ${JSON.stringify(of)}`,
    );
    return `${JSON.stringify(key)}: {\n${lines.join(',\n')}\n}`;
  });
  return `{\n${parts.join(',\n')}\n}\n`;
};

/** How a service says that it failed or was asked too much, where its model has an error for that. */
const failuresOf = ({ shapes }: BotocoreModel): Record<string, unknown> => {
  const entries = Object.entries(modelledCodes).flatMap(([failure, codes]) => {
    const name = codes.find((code) => shapes[code]?.['exception'] === true);
    if (name === undefined) return [];
    // botocore's form of an error trait.
    const trait = shapes[name]?.['error'] as
      | { readonly code?: string; readonly httpStatusCode?: number }
      | undefined;
    const usual = shapes[name]?.['fault'] === true ? 500 : 400;
    return [[failure, { code: trait?.code ?? name, status: trait?.httpStatusCode ?? usual }]];
  });
  return entries.length === 0 ? {} : { failures: Object.fromEntries(entries) };
};

/** All services and operations of AWS, one line a service. */
const listOperations = (botocore: string): string => {
  const lines = allModels(botocore).map((name) => {
    const model = readModel(botocore, name);
    const { metadata, operations } = model;
    const { protocol } = metadata;
    const isByPath = typeof protocol === 'string' && protocol.startsWith('rest-');
    const routes = Object.entries(operations)
      .map(([operation, { http }]) => [
        operation,
        isByPath ? `${http.method} ${http.requestUri}` : '',
      ])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
    const unsigned = Object.entries(operations)
      .filter(([, { authtype }]) => authtype === 'none')
      .map(([operation]) => operation)
      .toSorted();
    return JSON.stringify({
      model: name,
      scope: metadata['signingName'] ?? metadata['endpointPrefix'],
      id: metadata['serviceId'],
      version: metadata['apiVersion'],
      protocol: metadata['protocol'],
      host: metadata['endpointPrefix'],
      target: metadata['targetPrefix'],
      ...failuresOf(model),
      ...(unsigned.length === 0 ? {} : { unsigned }),
      operations: Object.fromEntries(routes),
    });
  });
  return `${lines.join('\n')}\n`;
};

const out = join(root, 'src/wire');
const listFile = join(out, 'aws-operations.jsonl');

/** The version that the models here are of. */
const presentVersion = (): string | undefined =>
  /"botocore":"([^"]+)"/.exec(readFileSync(listFile, 'utf8'))?.[1];

const { values: options } = parseArgs({ options: { newest: { type: 'boolean', default: false } } });
const { directory, version } = findBotocore(options.newest ? undefined : presentVersion());

const head = JSON.stringify({ botocore: version, license: 'Apache-2.0' });
writeFileSync(listFile, `${head}\n${listOperations(directory)}`);
mkdirSync(join(out, 'models'), { recursive: true });
for (const { name, model, operations } of allServices) {
  const existing = Object.keys(operations);
  const text = format(
    trimModel(
      name,
      withDocumentedBounds(name, readModel(directory, model), existing),
      existing,
      version,
    ),
  );
  writeFileSync(join(out, 'models', `${name}.json`), text);
  process.stdout.write(
    `${name}: ${existing.length} operations, ${Math.round(text.length / 1024)} KiB\n`,
  );
}
process.stdout.write(`botocore ${version}\n`);
