import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineTable, noAccount, worldShard, type Entity } from '../../world/entity.ts';
import { Faults } from '../../world/faults.ts';
import { createTestWorld } from '../../world/test-world.ts';
import type { View } from '../../world/transaction.ts';
import { PerEntity, type EntityPlace } from './per-entity.ts';
import { Remembered, type WorldReading } from './remembered.ts';

interface Shelf extends Entity {
  readonly room: string;
  readonly next: string | null;
}

interface Book extends Entity {
  readonly shelves: readonly string[];
}

const Shelves = defineTable<Shelf>('test-shelves', { room: ({ room }) => room });
const Books = defineTable<Book>('test-books', { shelf: ({ shelves }) => shelves });

const regions = ['us-east-1', 'eu-west-1'] as const;
const accounts = ['111111111111', '222222222222'] as const;
const ids = ['a', 'b', 'c', 'd'] as const;

/** Looks by id, by index, over another entity, at a whole table, and at what is broken. */
const readShelf = (view: View, shelf: Shelf): object | undefined => {
  if (shelf.room === 'closed') return undefined;
  const next = shelf.next === null ? undefined : view.get(Shelves, shelf.next);
  return {
    shelf,
    books: view.find(Books, 'shelf', shelf.id),
    next,
    booksOfNext: next === undefined ? [] : view.find(Books, 'shelf', next.id),
    // Some look further than others, and stop looking when their room changes.
    all: shelf.room === 'hall' ? view.list(Books).length : 0,
    isLit: shelf.room === 'hall' || view.conditions.zone('use1-az1').powered,
  };
};

const readAll = (world: Pick<WorldReading, 'regionalViews'>): object =>
  world.regionalViews().map((view) => ({
    shard: view.shard,
    account: view.account,
    halls: view.find(Shelves, 'room', 'hall').map(({ id }) => id),
  }));

const place = {
  region: fc.constantFrom(...regions),
  account: fc.constantFrom(...accounts),
  id: fc.constantFrom(...ids),
};

const room = fc.constantFrom('hall', 'cellar', 'closed');
const someIds = fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 3 });

const step = fc.oneof(
  fc.record({
    kind: fc.constant('shelf' as const),
    ...place,
    room,
    next: fc.option(fc.constantFrom(...ids)),
  }),
  fc.record({ kind: fc.constant('book' as const), ...place, shelves: someIds }),
  fc.record({
    kind: fc.constantFrom('no-shelf' as const, 'no-book' as const, 'both' as const),
    ...place,
  }),
  fc.record({ kind: fc.constantFrom('fault' as const, 'mend' as const) }),
  fc.record({ kind: fc.constant('look' as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type TestWorld = Awaited<ReturnType<typeof createTestWorld>>['world'];

const take = (world: TestWorld, done: Step): void => {
  switch (done.kind) {
    case 'shelf': {
      const { id, next } = done;
      world.transact(done.region, done.account, (tx) =>
        tx.put(Shelves, { id, room: done.room, next }),
      );
      return;
    }
    case 'book':
      world.transact(done.region, done.account, (tx) =>
        tx.put(Books, { id: done.id, shelves: done.shelves }),
      );
      return;
    case 'no-shelf':
      world.transact(done.region, done.account, (tx) => tx.delete(Shelves, done.id));
      return;
    case 'no-book':
      world.transact(done.region, done.account, (tx) => tx.delete(Books, done.id));
      return;
    case 'both':
      // Away and there again within one commit, and something made and removed.
      world.transact(done.region, done.account, (tx) => {
        const shelf = tx.get(Shelves, done.id);
        tx.delete(Shelves, done.id);
        if (shelf !== undefined) tx.put(Shelves, { ...shelf, room: 'hall' });
        if (tx.get(Books, done.id) === undefined)
          tx.put(Books, { id: done.id, shelves: [done.id] });
        tx.delete(Books, done.id);
      });
      return;
    case 'fault':
      world.transact(worldShard, noAccount, (tx) =>
        tx.put(Faults, {
          id: 'f',
          target: 'zone/use1-az1',
          effect: 'power',
          severity: 1,
          begin: tx.now,
          end: null,
          seed: 1,
          latencyMs: 0,
        }),
      );
      return;
    case 'mend':
      world.transact(worldShard, noAccount, (tx) => tx.delete(Faults, 'f'));
      return;
    case 'look':
      return;
  }
};

const places: readonly EntityPlace[] = regions.flatMap((region) =>
  accounts.flatMap((account) => ids.map((id) => ({ region, account, id }))),
);

const readAnew = (world: TestWorld, { region, account, id }: EntityPlace): object | undefined => {
  const view = world.view(region, account);
  const shelf = view.get(Shelves, id);
  return shelf === undefined ? undefined : readShelf(view, shelf);
};

test('what is kept up by change is what reading everything anew gives, whatever changes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 10 }),
      fc.array(step, { maxLength: 40 }),
      async (before, after) => {
        const { world } = await createTestWorld();
        for (const one of before) take(world, one);
        const shelves = new PerEntity(world, Shelves, readShelf, () => undefined);
        const all = new Remembered(world, readAll);
        // Somebody who follows what is told, and holds nothing else.
        const followed = new Map<string, object>();
        for (const one of [{ kind: 'look' } as const, ...after]) {
          take(world, one);
          expect(all.get()).toEqual(readAll(world));
          if (one.kind !== 'look') continue;
          for (const changed of shelves.takeChanged()) {
            const value = shelves.get(changed);
            if (value === undefined) followed.delete(JSON.stringify(changed));
            else followed.set(JSON.stringify(changed), value);
          }
          const anew = places.flatMap((at) => {
            const value = readAnew(world, at);
            return value === undefined ? [] : [[JSON.stringify(at), value] as const];
          });
          expect(followed).toEqual(new Map(anew));
          for (const at of places) expect(shelves.get(at)).toEqual(readAnew(world, at));
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('who has read nothing that changes is not asked again, and keeps the very same value', async () => {
  const { world } = await createTestWorld();
  const [region, account] = ['us-east-1', '111111111111'];
  take(world, {
    kind: 'shelf',
    region: 'us-east-1',
    account: '111111111111',
    id: 'a',
    room: 'cellar',
    next: 'b',
  });
  let asked = 0;
  const shelves = new PerEntity(world, Shelves, readShelf, () => (asked += 1));
  shelves.takeChanged();
  const value = shelves.get({ region, account, id: 'a' });
  asked = 0;
  take(world, {
    kind: 'book',
    region: 'us-east-1',
    account: '111111111111',
    id: 'c',
    shelves: ['d'],
  });
  expect([asked, shelves.get({ region, account, id: 'a' })]).toEqual([0, value]);
  expect(shelves.get({ region, account, id: 'a' })).toBe(value);
  take(world, {
    kind: 'book',
    region: 'us-east-1',
    account: '111111111111',
    id: 'c',
    shelves: ['a'],
  });
  expect(asked).toBe(1);
});

test('what rests on the time cannot be kept up by change', async () => {
  const { world } = await createTestWorld();
  const late = new Remembered(world, (reading) => reading.view('us-east-1', noAccount).now);
  expect(() => late.get()).toThrow('must not rest on the time');
});
