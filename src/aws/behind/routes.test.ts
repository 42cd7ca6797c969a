import { describe, expect, it } from 'vitest';
import { DomainError } from '../../world/domain-error.ts';
import { presets } from './presets.ts';
import { conflictOf, readRoute, routeOf, type AskedRoute, type BehindRoute } from './routes.ts';

const known: Readonly<Record<string, readonly string[]>> = {
  sqs: ['sqs'],
  sns: ['sns'],
  dynamodbstreams: ['dynamodb'],
  ec2: ['ec2'],
  elbv2: ['elasticloadbalancing'],
};
const read = (text: string) => readRoute(text, (name) => known[name] ?? []);

describe('one --behind', () => {
  it.each([
    ['moto', undefined, undefined, 'moto'],
    ['http://127.0.0.1:5000', undefined, 'http://127.0.0.1:5000', undefined],
    ['http://127.0.0.1:5000/', undefined, 'http://127.0.0.1:5000', undefined],
    ['http://[::1]:5000', undefined, 'http://[::1]:5000', undefined],
    ['moto+http://127.0.0.1:5000', undefined, 'http://127.0.0.1:5000', 'moto'],
    ['localstack', undefined, 'http://127.0.0.1:4566', 'localstack'],
    ['sqs,SNS=floci+http://emulator:4567', ['sqs', 'sns'], 'http://emulator:4567', 'floci'],
    ['dynamodbstreams=moto', ['dynamodb'], undefined, 'moto'],
  ])('%s', (text, services, origin, preset) => {
    expect(read(text)).toEqual({ services, origin, preset });
  });

  it.each([
    ['', 'has no URL'],
    ['emulator', 'has no URL'],
    ['ftp://127.0.0.1', 'has no URL'],
    ['strange+http://127.0.0.1', 'has no URL'],
    ['http://127.0.0.1:5000/path', 'more than scheme, host and port'],
    ['http://user:secret@127.0.0.1:5000', 'more than scheme, host and port'],
    ['http://127.0.0.1:5000?x=1', "'http://127.0.0.1:5000?x', which is no service"],
    ['sqz=moto', "'sqz', which is no service of AWS"],
    ['=moto', "'', which is no service of AWS"],
    ['sqs,ec2=moto', "'ec2', which Faultline has itself"],
    ['elbv2=moto', 'its state would be in two places'],
  ])('%s is refused', (text, words) => {
    const refused = read(text);
    expect(refused).toBeInstanceOf(DomainError);
    expect(refused).toHaveProperty('message', expect.stringContaining(words));
  });
});

describe('several', () => {
  const asked = (services: readonly string[] | undefined): AskedRoute => ({
    services,
    origin: 'http://127.0.0.1:5000',
    preset: undefined,
  });

  it.each([
    [[undefined, ['sqs']], undefined],
    [[['sqs'], ['sns']], undefined],
    [[undefined, undefined], 'only one of them'],
    [[['sqs', 'sns'], ['sns']], 'two of them name sns'],
  ])('%j', (services, words) => {
    expect(conflictOf(services.map(asked))?.message.slice(0, words?.length)).toBe(words);
  });
});

describe('the route of a service', () => {
  const route = (services: readonly string[] | undefined, origin: string): BehindRoute => ({
    services,
    endpoint: { origin, preset: presets.moto },
  });
  const queues = route(['sqs', 'sns'], 'http://127.0.0.1:1');
  const others = route(undefined, 'http://127.0.0.1:2');

  it.each([
    ['sqs', [others, queues], queues],
    ['s3', [queues, others], others],
    ['s3', [queues], undefined],
    ['ec2', [others, route(['ec2'], 'http://127.0.0.1:3')], undefined],
    ['sqs', [], undefined],
  ])('%s', (service, routes, expected) => {
    expect(routeOf(routes, service)).toBe(expected);
  });
});
