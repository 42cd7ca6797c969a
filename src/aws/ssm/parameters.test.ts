import { beforeAll, expect, test } from 'vitest';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { baseImage, baseImagesOf } from '../ec2/images/base-images.ts';
import { execute } from '../execute.ts';
import { ssm } from './service.ts';

beforeAll(() => ssm.load?.());

const linux = '/aws/service/ami-amazon-linux-latest';
const linuxX86 = `${linux}/al2023-ami-kernel-default-x86_64`;

interface Answer {
  readonly code?: string;
  readonly message?: string;
  readonly Parameter?: { readonly Name: string; readonly Value: string };
  readonly Parameters?: readonly { readonly Name: string }[];
  readonly InvalidParameters?: readonly string[];
  readonly NextToken?: string;
}

const call = (world: World, operation: string, input: object, region = 'us-east-1'): Answer =>
  // The operations answer with these members.
  execute(world, { service: ssm, operation, region, account: '111122223333', input: { ...input } })
    .output as Answer;

test('the newest Amazon Linux is a public parameter whose value is an image of the Region', async () => {
  const { world } = await createTestWorld();
  const { Parameter: parameter } = call(world, 'GetParameter', { Name: linuxX86 });
  expect(parameter).toMatchObject({
    Name: linuxX86,
    Type: 'String',
    Version: 1,
    ARN: `arn:aws:ssm:us-east-1::parameter${linuxX86}`,
    DataType: 'text',
  });
  expect(baseImage('us-east-1', parameter?.Value ?? '')).toMatchObject({ architecture: 'x86_64' });
  expect(baseImage('us-east-2', parameter?.Value ?? '')).toBeUndefined();
});

test('image ids have the form of EC2 and are each there once in the world', async () => {
  const { world } = await createTestWorld();
  const ids = world.geography.regions.flatMap((region) =>
    baseImagesOf(region.code).map((image) => image.imageId),
  );
  for (const id of ids) expect(id).toMatch(/^ami-0[0-9a-f]{16}$/);
  expect(new Set(ids).size).toBe(ids.length);
  expect(baseImagesOf('us-east-1')[0]?.imageId).toMatchInlineSnapshot(`"ami-03bed3be292038ea7"`);
});

test("the two forms of an image's creation time are the same moment", () => {
  for (const image of baseImagesOf('us-east-1')) {
    expect(new Date(image.createdAtMs).toISOString()).toBe(image.creationDate);
  }
});

test.each([
  [linuxX86, linuxX86],
  [`${linuxX86}:1`, linuxX86],
  [`arn:aws:ssm:us-east-1::parameter${linuxX86}`, linuxX86],
])('GetParameter finds %s', async (asked, name) => {
  const { world } = await createTestWorld();
  expect(call(world, 'GetParameter', { Name: asked }).Parameter?.Name).toBe(name);
});

test.each([
  [`${linux}/al1999`, 'ParameterNotFound'],
  ['/my/parameter', 'ParameterNotFound'],
  [linux, 'ParameterNotFound'],
  [`arn:aws:ssm:eu-west-1::parameter${linuxX86}`, 'ParameterNotFound'],
  [`${linuxX86}:2`, 'ParameterVersionNotFound'],
  [`${linuxX86}:newest`, 'ParameterVersionNotFound'],
])('GetParameter of %s is refused with %s', async (name, code) => {
  const { world } = await createTestWorld();
  expect(call(world, 'GetParameter', { Name: name })).toMatchObject({ code });
});

test('GetParameters names those that it has not found', async () => {
  const { world } = await createTestWorld();
  const answer = call(world, 'GetParameters', { Names: [linuxX86, '/nothing', linuxX86] });
  expect(answer.Parameters?.map((parameter) => parameter.Name)).toEqual([linuxX86]);
  expect(answer.InvalidParameters).toEqual(['/nothing']);
});

test('GetParametersByPath gives every parameter below the path once, in pages', async () => {
  const { world } = await createTestWorld();
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page = call(world, 'GetParametersByPath', {
      Path: linux,
      MaxResults: 4,
      NextToken: token,
    });
    expect(page.Parameters?.length).toBeLessThanOrEqual(4);
    names.push(...(page.Parameters ?? []).map((parameter) => parameter.Name));
    token = page.NextToken;
  } while (token !== undefined);
  expect(names).toHaveLength(11);
  expect(names).toEqual([...new Set(names)].toSorted());
  expect(names).toContain(linuxX86);
});

test.each([
  [{ Path: `${linux}/` }, 10],
  [{ Path: '/aws/service' }, 0],
  [{ Path: '/aws/service/canonical' }, 0],
  [{ Path: '/aws/service/canonical', Recursive: true }, 2],
  [{ Path: '/aws/serv', Recursive: true }, 0],
  [{ Path: '/', Recursive: true }, 0],
  [{ Path: linux, ParameterFilters: [{ Key: 'Type', Values: ['String'] }] }, 10],
  [
    { Path: linux, ParameterFilters: [{ Key: 'Type', Option: 'BeginsWith', Values: ['Secure'] }] },
    0,
  ],
  [{ Path: linux, ParameterFilters: [{ Key: 'Label', Values: ['x'] }] }, 0],
])('GetParametersByPath of %j gives %i', async (input, count) => {
  const { world } = await createTestWorld();
  expect(call(world, 'GetParametersByPath', input).Parameters).toHaveLength(count);
});

test.each([
  [{ Path: 'aws/service' }, 'ValidationException'],
  [{ Path: `/${'a'.repeat(2000)}!` }, 'ValidationException'],
  [{ Path: '/a//b' }, 'ValidationException'],
  [{ Path: linux, NextToken: 'stranger' }, 'InvalidNextToken'],
  [{ Path: linux, ParameterFilters: [{ Key: 'Tier', Values: ['x'] }] }, 'InvalidFilterKey'],
  [
    { Path: linux, ParameterFilters: [{ Key: 'Type', Option: 'Like', Values: ['x'] }] },
    'InvalidFilterOption',
  ],
])('GetParametersByPath of %j is refused with %s', async (input, code) => {
  const { world } = await createTestWorld();
  expect(call(world, 'GetParametersByPath', input)).toMatchObject({ code });
});
