import fc from 'fast-check';
import type { NormalizedSchema } from '@smithy/core/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceModel } from '../../src/wire/model.ts';
import type { Shape, StructureShape } from '../../src/wire/shape.ts';
import { wireCases } from './cases.ts';
import type { FakeWorld } from './fake-world.ts';
import { startFakeWorld } from './fake-world.ts';
import {
  javascriptClient,
  javascriptCommand,
  javascriptSchemas,
  plainOutput,
} from './javascript-clients.ts';

let world: FakeWorld;
let answer: unknown;

beforeAll(async () => {
  world = await startFakeWorld(() => answer);
});
afterAll(() => world.close());

/** Text that XML 1.0 can carry: AWS's answers hold no other. */
const xmlText = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  // oxlint-disable-next-line no-control-regex
  .map((text) => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, '-').toWellFormed())
  // The SDK's reader drops white space around text.
  .filter((text) => text === text.trim() && text !== '');

/** Values of a shape, as far as the SDK knows it too: botocore's models are newer by some releases. */
const arbitraryOf = (
  shape: Shape,
  schema: NormalizedSchema,
  depth: number,
): fc.Arbitrary<unknown> => {
  switch (shape.type) {
    case 'structure':
      return structureOf(shape, schema, depth);
    case 'list':
      return fc.array(arbitraryOf(shape.element, schema.getValueSchema(), depth + 1), {
        minLength: 1,
        maxLength: 3,
      });
    case 'map':
      return fc.dictionary(xmlText, arbitraryOf(shape.value, schema.getValueSchema(), depth + 1), {
        minKeys: 1,
        maxKeys: 3,
      });
    case 'string':
      return shape.enumeration === undefined ? xmlText : fc.constantFrom(...shape.enumeration);
    case 'integer':
    case 'long':
      return fc.integer();
    case 'float':
    case 'double':
      return fc.integer().map((value) => value / 8);
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.integer({ min: 0, max: 4_000_000_000_000 });
    case 'blob':
      return fc.uint8Array({ minLength: 1, maxLength: 12 });
  }
};

/** Random members of a structure; none beyond a depth, so that recursive models end. */
const structureOf = (
  shape: StructureShape,
  schema: NormalizedSchema,
  depth: number,
): fc.Arbitrary<Record<string, unknown>> => {
  if (depth > 5) return fc.constant({});
  const inSdk = new Map(schema.structIterator());
  const members = shape.members.flatMap((member) => {
    const of = inSdk.get(member.name);
    const isTooDeep = depth > 4 && member.shape.type !== 'string';
    return of === undefined || member.location !== undefined || isTooDeep
      ? []
      : [{ name: member.name, shape: member.shape, schema: of }];
  });
  return fc
    .subarray([...members], {
      minLength: members.length === 0 ? 0 : 1,
      maxLength: Math.min(members.length, 8),
    })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(
          chosen.map((member) => [
            member.name,
            arbitraryOf(member.shape, member.schema, depth + 1),
          ]),
        ),
      ),
    );
};

/** Without structures that have no members: the SDKs read an empty element in more than one way. */
const withoutEmpty = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutEmpty).filter((of) => of !== undefined);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([name, of]) => [name, withoutEmpty(of)] as const)
    .filter(([, of]) => of !== undefined && !(Array.isArray(of) && of.length === 0));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
};

const operations: readonly (readonly [string, string, string])[] = [
  ['ec2', 'ec2', 'DescribeInstances'],
  ['ec2', 'ec2', 'DescribeAvailabilityZones'],
  ['ec2', 'ec2', 'DescribeSecurityGroups'],
  ['elbv2', 'elasticloadbalancing', 'DescribeTargetHealth'],
  ['elbv2', 'elasticloadbalancing', 'DescribeListeners'],
  ['route53', 'route53', 'ListResourceRecordSets'],
  ['route53', 'route53', 'GetHealthCheck'],
  ['ssm', 'ssm', 'GetParametersByPath'],
  ['account', 'account', 'ListRegions'],
];

const inputs: Readonly<Record<string, object>> = {
  DescribeTargetHealth: { TargetGroupArn: 'arn' },
  GetHealthCheck: { HealthCheckId: 'a' },
  ListResourceRecordSets: { HostedZoneId: 'Z1' },
};

describe('whatever an operation answers, the SDK reads the same', () => {
  test.each(operations)('%s (%s) %s', async (client, service, operation) => {
    const output = (await serviceModel(service)).operations.get(operation)?.output;
    if (output === undefined) throw new Error(`${operation} has no output`);
    const input =
      inputs[operation] ?? wireCases.find((one) => one.operation === operation)?.input ?? {};
    const schema = javascriptSchemas(client, operation).output;
    const sdk = javascriptClient(client, world.endpoint);
    await fc.assert(
      fc.asyncProperty(structureOf(output, schema, 0), async (value) => {
        // Two structures of the SDK are dropped whole when they are empty, so both sides go without.
        answer = withoutEmpty(value) ?? {};
        const read =
          withoutEmpty(plainOutput(await sdk.send(javascriptCommand(client, operation, input)))) ??
          {};
        expect(read).toEqual(answer);
      }),
      { numRuns: 60 },
    );
    sdk.destroy();
  });
});
