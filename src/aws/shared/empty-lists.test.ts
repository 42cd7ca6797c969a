import { expect, it } from 'vitest';
import { DomainError } from '../../world/domain-error.ts';
import { createTestWorld } from '../../world/test-world.ts';
import { execute } from '../execute.ts';
import type { Service } from '../operation.ts';
import { emptyLists } from './empty-lists.ts';

const service: Service = {
  name: 'test',
  title: 'Test',
  model: 'test',
  protocol: 'query',
  shard: 'region',
  brings: [],
  read: () => Promise.resolve(service),
  operations: emptyLists({
    DescribeCastles: {
      answer: { Castles: [] },
      ids: {
        member: 'CastleIds',
        notFound: (id) => new DomainError('InvalidCastleID.NotFound', `no ${id}`),
      },
    },
    ListMoats: { answer: { Moats: [], IsTruncated: false } },
  }),
};

it.each([
  ['DescribeCastles', {}, { Castles: [] }],
  ['DescribeCastles', { CastleIds: [] }, { Castles: [] }],
  ['DescribeCastles', { Filters: [{ Name: 'a', Values: ['b'] }] }, { Castles: [] }],
  [
    'DescribeCastles',
    { CastleIds: ['castle-1', 'castle-2'] },
    { code: 'InvalidCastleID.NotFound', message: 'no castle-1' },
  ],
  ['ListMoats', { Marker: 'x' }, { Moats: [], IsTruncated: false }],
])('%s with %j', async (operation, input, answer) => {
  const { world } = await createTestWorld();
  const call = { service, operation, region: 'us-east-1', account: '111122223333', input };
  expect(execute(world, call).output).toMatchObject(answer);
});
