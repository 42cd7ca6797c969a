import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as account from '@aws-sdk/client-account';
import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as ebs from '@aws-sdk/client-ebs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as lightsail from '@aws-sdk/client-lightsail';
import * as pricing from '@aws-sdk/client-pricing';
import * as route53 from '@aws-sdk/client-route-53';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { NormalizedSchema } from '@smithy/core/schema';
import { describe, expect, test } from 'vitest';
import { allServices } from '../../scripts/all-services.ts';
import { services } from '../../src/aws/services.ts';
import { serviceModel } from '../../src/wire/model.ts';
import type { Shape } from '../../src/wire/shape.ts';

const packages: Readonly<Record<string, object>> = {
  account,
  autoscaling,
  ebs,
  ec2,
  elasticloadbalancing: elbv2,
  iam,
  lightsail,
  monitoring: cloudwatch,
  pricing,
  route53,
  ssm,
  sts,
};

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

  test.each(services.map(({ name }) => name))(
    '%s has the types that the operations are written against',
    async (service) => {
      const model = await serviceModel(service);
      const found: string[] = [];
      for (const operation of model.operations.values()) {
        // The packages export each operation's schema under its name and a dollar sign.
        const schema = (packages[service] as Record<string, unknown>)[`${operation.name}$`];
        if (!Array.isArray(schema)) throw new Error(`the SDK has no schema of ${operation.name}`);
        const seen = new Set<Shape>();
        found.push(
          ...differences(
            operation.input,
            NormalizedSchema.of(schema[4]),
            `${operation.name} input`,
            seen,
          ),
        );
        if (operation.output === undefined) continue;
        found.push(
          ...differences(
            operation.output,
            NormalizedSchema.of(schema[5]),
            `${operation.name} output`,
            seen,
          ),
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
