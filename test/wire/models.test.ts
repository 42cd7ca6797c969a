import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NormalizedSchema } from '@smithy/core/schema';
import { describe, expect, test } from 'vitest';
import { allServices } from '../../scripts/all-services.ts';
import { services } from '../../src/aws/services.ts';
import { serviceModel } from '../../src/wire/model.ts';
import type { Shape } from '../../src/wire/shape.ts';
import { javascriptSchemas } from './javascript-clients.ts';

/** What an SDK schema calls a shape, in the model's words; numbers of every size are one kind. */
const sdkKind = (schema: NormalizedSchema): string => {
  // An operation without input has the unit type there, and an empty structure in the model.
  if (schema.isStructSchema() || schema.isUnitSchema()) return 'structure';
  if (schema.isListSchema()) return 'list';
  if (schema.isMapSchema()) return 'map';
  if (schema.isStringSchema()) return 'string';
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isNumericSchema()) return 'number';
  if (schema.isTimestampSchema()) return 'timestamp';
  return schema.isBlobSchema() ? 'blob' : 'other';
};

const modelKind = (shape: Shape): string =>
  shape.type === 'integer' ||
  shape.type === 'long' ||
  shape.type === 'float' ||
  shape.type === 'double'
    ? 'number'
    : shape.type;

/** Where the model and the SDK's schema say different things of the same shape. */
const differences = (
  shape: Shape,
  schema: NormalizedSchema,
  path: string,
  seen: Set<Shape>,
): string[] => {
  if (sdkKind(schema) !== modelKind(shape)) {
    return [
      `${path}: the SDK has ${sdkKind(schema)}, the model has ${modelKind(shape)} (${shape.name})`,
    ];
  }
  if (seen.has(shape)) return [];
  seen.add(shape);
  if (shape.type === 'list')
    return differences(shape.element, schema.getValueSchema(), `${path}[]`, seen);
  if (shape.type === 'map')
    return differences(shape.value, schema.getValueSchema(), `${path}{}`, seen);
  if (shape.type !== 'structure') return [];
  const inSdk = new Map(schema.structIterator());
  return shape.members.flatMap((member) => {
    const of = inSdk.get(member.name);
    return of === undefined ? [] : differences(member.shape, of, `${path}.${member.name}`, seen);
  });
};

describe('wire models', () => {
  test('there is a model for each built service and no other', () => {
    const files = readdirSync(fileURLToPath(new URL('../../src/wire/models', import.meta.url)));
    expect(files.toSorted()).toEqual(services.map(({ name }) => `${name}.json`).toSorted());
  });

  test.each(services)(
    '$name has the types that the operations are written against',
    async (service) => {
      const model = await serviceModel(service.name);
      const found: string[] = [];
      for (const operation of model.operations.values()) {
        const schema = javascriptSchemas(service.model, operation.name);
        const seen = new Set<Shape>();
        found.push(...differences(operation.input, schema.input, `${operation.name} input`, seen));
        if (operation.output === undefined) continue;
        found.push(
          ...differences(operation.output, schema.output, `${operation.name} output`, seen),
        );
      }
      expect(found).toEqual([]);
    },
  );

  test('they hold exactly the operations that the code has (else run scripts/generate-wire-models.ts)', async () => {
    const inCode = allServices.map(({ name, operations }) => [
      name,
      Object.keys(operations).toSorted(),
    ]);
    const inModels = await Promise.all(
      allServices.map(async ({ name }) => [
        name,
        [...(await serviceModel(name)).operations.keys()].toSorted(),
      ]),
    );
    expect(inModels).toEqual(inCode);
  });
});
