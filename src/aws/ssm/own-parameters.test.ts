import { describe, expect, test } from 'vitest';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { execute } from '../execute.ts';
import { rulesOf } from '../loaded-services.ts';
import { ssm } from './service.ts';

interface Answer {
  readonly code?: string;
  readonly message?: string;
  readonly Version?: number;
  readonly Parameter?: Readonly<Record<string, unknown>>;
  readonly Parameters?: readonly Readonly<Record<string, unknown>>[];
  readonly InvalidParameters?: readonly string[];
  readonly InvalidLabels?: readonly string[];
  readonly NextToken?: string;
}

const caller = { account: '111122223333', arn: 'arn:aws:iam::111122223333:root' };

const callIn = (world: World) => {
  return (operation: string, input: object): Answer =>
    // The operations answer with these members.
    execute(world, {
      service: ssm,
      operation,
      region: 'us-east-1',
      account: caller.account,
      input: { ...input },
    }).output as Answer;
};

const newStore = async (): Promise<ReturnType<typeof callIn>> => {
  const { world } = await createTestWorld({ rules: rulesOf([ssm]) });
  return callIn(world);
};

const plain = { Name: '/shop/db/host', Value: 'db.internal', Type: 'String' };

describe('a parameter of an account', () => {
  test('is read by name, ARN, version and label', async () => {
    const call = await newStore();
    expect(call('PutParameter', plain)).toEqual({ Version: 1, Tier: 'Standard' });
    expect(call('PutParameter', { ...plain, Value: 'db2.internal', Overwrite: true })).toEqual({
      Version: 2,
      Tier: 'Standard',
    });
    call('LabelParameterVersion', { Name: plain.Name, ParameterVersion: 1, Labels: ['live'] });
    const arn = `arn:aws:ssm:us-east-1:111122223333:parameter${plain.Name}`;
    for (const [asked, value] of [
      [plain.Name, 'db2.internal'],
      [arn, 'db2.internal'],
      [`${plain.Name}:1`, 'db.internal'],
      [`${plain.Name}:live`, 'db.internal'],
      [`${arn}:2`, 'db2.internal'],
    ]) {
      expect(call('GetParameter', { Name: asked }).Parameter).toMatchObject({
        Name: plain.Name,
        Value: value,
        ARN: arn,
        DataType: 'text',
      });
    }
    expect(call('GetParameter', { Name: `${plain.Name}:9` }).code).toBe('ParameterVersionNotFound');
  });

  test('keeps what an overwrite does not say, and its history', async () => {
    const call = await newStore();
    call('PutParameter', { ...plain, Description: 'where', AllowedPattern: '^[a-z0-9.]+$' });
    const bad = call('PutParameter', { Name: plain.Name, Value: 'NO!', Overwrite: true });
    expect(bad.code).toBe('ParameterPatternMismatchException');
    call('PutParameter', { Name: plain.Name, Value: 'b', Overwrite: true });
    expect(call('GetParameterHistory', { Name: plain.Name }).Parameters).toMatchObject([
      { Version: 1, Value: 'db.internal', Description: 'where', LastModifiedUser: caller.arn },
      { Version: 2, Value: 'b', Description: 'where', AllowedPattern: '^[a-z0-9.]+$' },
    ]);
  });

  test('goes with its history and its tags', async () => {
    const call = await newStore();
    call('PutParameter', { ...plain, Tags: [{ Key: 'site', Value: 'shop' }] });
    const tagged = { ResourceType: 'Parameter', ResourceId: plain.Name };
    expect(call('ListTagsForResource', tagged)).toEqual({
      TagList: [{ Key: 'site', Value: 'shop' }],
    });
    expect(call('DeleteParameters', { Names: [plain.Name, '/none'] })).toEqual({
      DeletedParameters: [plain.Name],
      InvalidParameters: ['/none'],
    });
    expect(call('ListTagsForResource', tagged).code).toBe('InvalidResourceId');
    expect(call('PutParameter', plain).Version).toBe(1);
    expect(call('ListTagsForResource', tagged)).toEqual({ TagList: [] });
  });

  test('has at most a hundred versions, and none with a label goes', async () => {
    const call = await newStore();
    for (let version = 1; version <= 101; version++) {
      call('PutParameter', { ...plain, Value: String(version), Overwrite: true });
    }
    expect(call('GetParameter', { Name: `${plain.Name}:1` }).code).toBe('ParameterVersionNotFound');
    call('LabelParameterVersion', { Name: plain.Name, ParameterVersion: 2, Labels: ['keep'] });
    expect(call('PutParameter', { ...plain, Overwrite: true }).code).toBe(
      'ParameterMaxVersionLimitExceeded',
    );
    expect(call('GetParameter', { Name: plain.Name }).Parameter).toMatchObject({ Version: 101 });
  });

  test.each([
    [{ Name: 'awsome', Value: 'x', Type: 'String' }, 'ValidationException'],
    [{ Name: '/aws/mine', Value: 'x', Type: 'String' }, 'AccessDeniedException'],
    [{ Name: 'a/b', Value: 'x', Type: 'String' }, 'ValidationException'],
    [{ Name: 'a b', Value: 'x', Type: 'String' }, 'ValidationException'],
    [{ Name: '/a'.repeat(16), Value: 'x', Type: 'String' }, 'HierarchyLevelLimitExceededException'],
    [{ Name: 'a', Value: 'x' }, 'ValidationException'],
    [{ Name: 'a', Value: '', Type: 'String' }, 'ValidationException'],
    [{ Name: 'a', Value: 'x'.repeat(4097), Type: 'String' }, 'ValidationException'],
    [{ Name: 'a', Value: 'ä'.repeat(2049), Type: 'String' }, 'ValidationException'],
    [
      { Name: 'a', Value: 'x'.repeat(8193), Type: 'String', Tier: 'Advanced' },
      'ValidationException',
    ],
    [{ Name: 'a', Value: 'x', Type: 'String', DataType: 'Text' }, 'ValidationException'],
    [{ Name: 'a', Value: 'x', Type: 'String', DataType: 'aws:ec2:image' }, 'ValidationException'],
    [{ Name: 'a', Value: 'x', Type: 'String', KeyId: 'alias/a' }, 'ValidationException'],
    [
      { Name: 'a', Value: 'x', Type: 'String', AllowedPattern: '(' },
      'InvalidAllowedPatternException',
    ],
    [
      { Name: 'a', Value: 'xy', Type: 'String', AllowedPattern: 'x' },
      'ParameterPatternMismatchException',
    ],
    [
      { Name: 'a', Value: 'x', Type: 'String', Tier: 'Advanced', Policies: '{' },
      'InvalidPolicyAttributeException',
    ],
    [
      { Name: 'a', Value: 'x', Type: 'String', Tier: 'Advanced', Policies: '[{"Type":"Rot"}]' },
      'InvalidPolicyTypeException',
    ],
    [{ Name: 'there', Value: 'x', Type: 'String' }, 'ParameterAlreadyExists'],
    [
      { Name: 'there', Value: 'x', Type: 'StringList', Overwrite: true },
      'HierarchyTypeMismatchException',
    ],
    [
      { Name: 'there', Value: 'x', Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] },
      'ValidationException',
    ],
  ])('PutParameter of %j is refused with %s', async (input, code) => {
    const call = await newStore();
    call('PutParameter', { Name: 'there', Value: 'x', Type: 'String' });
    expect(call('PutParameter', input)).toMatchObject({ code });
    expect(call('DescribeParameters', {}).Parameters).toHaveLength(1);
  });

  test('is checked against any pattern in time that goes with the value', async () => {
    const call = await newStore();
    const input = { ...plain, Tier: 'Advanced', Value: `${'a'.repeat(8000)}!` };
    expect(call('PutParameter', { ...input, AllowedPattern: '(a+)+b' }).code).toBe(
      'ParameterPatternMismatchException',
    );
  });
});

describe('tiers', () => {
  const big = { Name: 'big', Value: 'x'.repeat(5000), Type: 'String' };
  const policies = JSON.stringify([
    { Type: 'Expiration', Version: '1.0', Attributes: { Timestamp: '2030-01-01T00:00:00Z' } },
  ]);

  test('rise by themselves with Intelligent-Tiering, and never fall', async () => {
    const call = await newStore();
    const rising = { ...big, Tier: 'Intelligent-Tiering' };
    expect(call('PutParameter', rising)).toEqual({ Version: 1, Tier: 'Advanced' });
    const small = { Name: 'big', Value: 'x', Overwrite: true };
    expect(call('PutParameter', small)).toEqual({ Version: 2, Tier: 'Advanced' });
    expect(call('PutParameter', { ...small, Tier: 'Standard' }).code).toBe('ValidationException');
  });

  test('the advanced one has policies, which are read back', async () => {
    const call = await newStore();
    expect(call('PutParameter', { ...plain, Policies: policies }).code).toBe('ValidationException');
    call('PutParameter', { ...plain, Policies: policies, Tier: 'Advanced' });
    expect(call('DescribeParameters', {}).Parameters?.[0]?.['Policies']).toEqual([
      {
        PolicyType: 'Expiration',
        PolicyText: policies.slice(1, -1),
        PolicyStatus: 'Pending',
      },
    ]);
  });
});

describe('labels', () => {
  test('move from one version to another; odd ones are told', async () => {
    const call = await newStore();
    call('PutParameter', plain);
    call('PutParameter', { ...plain, Overwrite: true });
    const label = (ParameterVersion: number, ...Labels: string[]) =>
      call('LabelParameterVersion', { Name: plain.Name, ParameterVersion, Labels });
    expect(label(1, 'live', '1st', 'awsome')).toEqual({
      InvalidLabels: ['1st', 'awsome'],
      ParameterVersion: 1,
    });
    label(2, 'live');
    expect(call('GetParameter', { Name: `${plain.Name}:live` }).Parameter).toMatchObject({
      Version: 2,
      Selector: ':live',
    });
    expect(label(3, 'live').code).toBe('ParameterVersionNotFound');
    expect(label(2, ...Array.from({ length: 10 }, (_, at) => `l${at}`)).code).toBe(
      'ParameterVersionLabelLimitExceeded',
    );
    expect(
      call('UnlabelParameterVersion', {
        Name: plain.Name,
        ParameterVersion: 2,
        Labels: ['live', 'old'],
      }),
    ).toEqual({ RemovedLabels: ['live'], InvalidLabels: ['old'] });
  });
});

describe('lists', () => {
  const names = ['/a/b/c', '/a/b/d', '/a/e', '/f', 'plain'];
  const filled = async () => {
    const call = await newStore();
    for (const Name of names) {
      const Tags = Name === '/f' ? [{ Key: 'env', Value: 'live' }] : [];
      call('PutParameter', {
        Name,
        Value: 'x',
        Type: Name === '/a/e' ? 'StringList' : 'String',
        Tags,
      });
    }
    call('LabelParameterVersion', { Name: '/a/b/c', Labels: ['live'] });
    return call;
  };

  test.each([
    [{ Path: '/a' }, ['/a/e']],
    [{ Path: '/a/b/' }, ['/a/b/c', '/a/b/d']],
    [{ Path: '/a', Recursive: true }, ['/a/b/c', '/a/b/d', '/a/e']],
    [{ Path: '/' }, ['/f', 'plain']],
    [{ Path: '/', Recursive: true }, names],
    [
      { Path: '/a', Recursive: true, ParameterFilters: [{ Key: 'Label', Values: ['live'] }] },
      ['/a/b/c'],
    ],
    [
      { Path: '/a', Recursive: true, ParameterFilters: [{ Key: 'Type', Values: ['StringList'] }] },
      ['/a/e'],
    ],
  ])('GetParametersByPath of %j gives %j', async (input, found) => {
    const call = await filled();
    const { Parameters } = call('GetParametersByPath', input);
    expect(Parameters?.map(({ Name }) => Name)).toEqual(found);
  });

  test.each([
    [{}, names],
    [{ ParameterFilters: [{ Key: 'Path', Values: ['/a'] }] }, ['/a/e']],
    [
      { ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: ['/a/b', '/f'] }] },
      ['/a/b/c', '/a/b/d'],
    ],
    [{ ParameterFilters: [{ Key: 'Name', Values: ['/f', 'plain'] }] }, ['/f', 'plain']],
    [
      { ParameterFilters: [{ Key: 'Name', Option: 'Contains', Values: ['b'] }] },
      ['/a/b/c', '/a/b/d'],
    ],
    [{ ParameterFilters: [{ Key: 'Tier', Values: ['Advanced'] }] }, []],
    [{ ParameterFilters: [{ Key: 'tag:env', Values: ['live'] }] }, ['/f']],
    [{ ParameterFilters: [{ Key: 'tag:env' }] }, ['/f']],
    [{ Filters: [{ Key: 'Name', Values: ['/a/b'] }] }, ['/a/b/c', '/a/b/d']],
    [{ Filters: [{ Key: 'Type', Values: ['StringList'] }] }, ['/a/e']],
  ])('DescribeParameters of %j gives %j', async (input, found) => {
    const call = await filled();
    const { Parameters } = call('DescribeParameters', input);
    expect(Parameters?.map(({ Name }) => Name)).toEqual(found);
    expect(Parameters?.some((parameter) => 'Value' in parameter)).toBe(false);
  });

  test.each([
    [{ ParameterFilters: [{ Key: 'Label', Values: ['x'] }] }, 'InvalidFilterKey'],
    [
      { ParameterFilters: [{ Key: 'Type', Option: 'Contains', Values: ['x'] }] },
      'InvalidFilterOption',
    ],
    [{ ParameterFilters: [{ Key: 'Type' }] }, 'InvalidFilterValue'],
    [
      { ParameterFilters: [{ Key: 'tag:a' }], Filters: [{ Key: 'Name', Values: ['a'] }] },
      'ValidationException',
    ],
    [{ NextToken: 'stranger' }, 'InvalidNextToken'],
  ])('DescribeParameters of %j is refused with %s', async (input, code) => {
    const call = await filled();
    expect(call('DescribeParameters', input)).toMatchObject({ code });
  });

  test('come in pages', async () => {
    const call = await filled();
    const first = call('DescribeParameters', { MaxResults: 2 });
    const second = call('DescribeParameters', { MaxResults: 3, NextToken: first.NextToken });
    const { Parameters = [] } = second;
    expect([...(first.Parameters ?? []), ...Parameters].map(({ Name }) => Name)).toEqual(names);
    expect(second.NextToken).toBeUndefined();
  });
});
