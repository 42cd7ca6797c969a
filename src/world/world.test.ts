import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from './domain-error.ts';
import { defineTable, type Entity } from './entity.ts';
import { openFault } from './fault-book.ts';
import { createRecordingJournal, createTestWorld } from './test-world.ts';
import type { View } from './transaction.ts';
import type { Commit } from './world.ts';
import { WorldEnded } from './world-ended.ts';

interface Thing extends Entity {
  readonly color: string;
  readonly count: number;
}

const Things = defineTable<Thing>('test-things', { color: (thing) => thing.color });

const account = '000000000000';
const region = 'eu-west-1';

describe('a world that is closed', () => {
  it('refuses what comes later, and takes it for no failure of its journal', async () => {
    const journal = createRecordingJournal();
    const { world } = await createTestWorld({ journal });
    const put = () =>
      world.transact(region, account, (tx) => tx.put(Things, { id: 'a', color: 'red', count: 1 }));
    put();
    const closing = world.close();
    expect(put).toThrow(WorldEnded);
    await closing;
    expect(put).toThrow(WorldEnded);
    expect(journal.records.get(region)).toHaveLength(1);
  });
});

describe('a transaction', () => {
  it('shows its own writes to itself, and to others once it has committed', async () => {
    const { world } = await createTestWorld();
    const { output } = world.transact(region, account, (tx) => {
      tx.put(Things, { id: 'a', color: 'red', count: 1 });
      tx.put(Things, { id: 'a', color: 'blue', count: 2 });
      return [tx.find(Things, 'color', 'red').length, tx.find(Things, 'color', 'blue').length];
    });
    expect(output).toEqual([0, 1]);
    expect(world.view(region, account).get(Things, 'a')).toEqual({
      id: 'a',
      color: 'blue',
      count: 2,
    });
    expect(world.view(region, '111111111111').get(Things, 'a')).toBeUndefined();
    expect(world.view('us-east-1', account).get(Things, 'a')).toBeUndefined();
  });

  it('that answers a DomainError changes nothing, not even an order or a random stream', async () => {
    const { world } = await createTestWorld();
    const ids = (): readonly string[] =>
      world
        .view(region, account)
        .list(Things)
        .map((thing) => thing.id);
    world.transact(region, account, (tx) => {
      for (const id of ['a', 'b', 'c']) tx.put(Things, { id, color: 'red', count: 1 });
    });
    const draw = (fail: boolean): string => {
      let drawn = '';
      world.transact(region, account, (tx) => {
        drawn = tx.random('ids').hex(16);
        tx.delete(Things, 'a');
        tx.put(Things, { id: 'd', color: 'green', count: 1 });
        tx.put(Things, { id: 'b', color: 'green', count: 9 });
        return fail ? new DomainError('No', 'no') : 'kept';
      });
      return drawn;
    };
    const failed = draw(true);
    expect(ids()).toEqual(['a', 'b', 'c']);
    expect(world.view(region, account).find(Things, 'color', 'green')).toEqual([]);
    expect(draw(false)).toBe(failed);
    expect(ids()).toEqual(['b', 'c', 'd']);
    expect(draw(false)).not.toBe(failed);
  });

  it('that throws changes nothing and leaves the shard usable', async () => {
    const { world } = await createTestWorld();
    expect(() =>
      world.transact(region, account, (tx) => {
        tx.put(Things, { id: 'a', color: 'red', count: 1 });
        throw new Error('a bug');
      }),
    ).toThrow('a bug');
    expect(world.view(region, account).list(Things)).toEqual([]);
    world.transact(region, account, (tx) => tx.put(Things, { id: 'b', color: 'red', count: 1 }));
    expect(world.view(region, account).list(Things)).toHaveLength(1);
  });

  it('freezes what it puts, all the way down', async () => {
    const { world } = await createTestWorld();
    const thing = { id: 'a', color: 'red', count: 1, list: [{ deep: 1 }] };
    world.transact(region, account, (tx) => tx.put(Things, thing));
    expect(Object.isFrozen(thing.list[0])).toBe(true);
  });
});

describe('timers', () => {
  it('fire in the order of their moments, once, and can be replaced and cancelled', async () => {
    const fired: string[] = [];
    const { world, clock } = await createTestWorld({
      timers: { test: (tx, timer) => fired.push(`${timer.id}@${tx.now - start}`) },
    });
    const start = clock.now();
    world.transact(region, account, (tx) => {
      tx.setTimer({ id: 'late', at: tx.now + 300, kind: 'test' });
      tx.setTimer({ id: 'early', at: tx.now + 100, kind: 'test' });
      tx.setTimer({ id: 'moved', at: tx.now + 50, kind: 'test' });
      tx.setTimer({ id: 'gone', at: tx.now + 60, kind: 'test' });
    });
    world.transact(region, account, (tx) => {
      tx.setTimer({ id: 'moved', at: tx.now + 200, kind: 'test' });
      tx.cancelTimer('gone');
    });
    clock.advance(1000);
    expect(fired).toEqual(['early@100', 'moved@200', 'late@300']);
  });

  it('survive the world and fire late rather than never', async () => {
    const journal = createRecordingJournal();
    const first = await createTestWorld({ journal });
    first.world.transact(region, account, (tx) =>
      tx.setTimer({ id: 't', at: tx.now + 100, kind: 'test', payload: { a: 1 } }),
    );
    const payloads: unknown[] = [];
    const second = await createTestWorld({
      journal,
      timers: { test: (_tx, timer) => payloads.push(timer.payload) },
    });
    second.clock.advance(5000);
    expect(payloads).toEqual([{ a: 1 }]);
  });
});

describe('an index', () => {
  const redIds = (view: View): readonly string[] =>
    view.find(Things, 'color', 'red').map((thing) => thing.id);

  it('lists the oldest first, also after one has changed its key or an abort', async () => {
    const journal = createRecordingJournal();
    const { world } = await createTestWorld({ journal });
    const paint = (id: string, color: string, answer: unknown = 'kept'): void => {
      world.transact(region, account, (tx) => {
        tx.find(Things, 'color', color);
        tx.put(Things, { id, color, count: 1 });
        return answer;
      });
    };
    for (const id of ['a', 'b', 'c']) paint(id, 'red');
    paint('a', 'blue');
    paint('a', 'red');
    paint('b', 'blue', new DomainError('No', 'no'));
    expect(redIds(world.view(region, account))).toEqual(['a', 'b', 'c']);
    const { world: again } = await createTestWorld({ journal });
    expect(redIds(again.view(region, account))).toEqual(['a', 'b', 'c']);
  });
});

describe('the accounts of a shard', () => {
  it('are those that have something there, whatever else was tried', async () => {
    const journal = createRecordingJournal();
    const { world } = await createTestWorld({ journal });
    const make = (of: string, answer: unknown = 'kept'): void => {
      world.transact(region, of, (tx) => {
        tx.put(Things, { id: 'a', color: 'red', count: 1 });
        return answer;
      });
    };
    make('333333333333', new DomainError('No', 'no'));
    make('222222222222');
    make('111111111111');
    make('333333333333');
    make('444444444444', new DomainError('No', 'no'));
    const { world: again } = await createTestWorld({ journal });
    const accounts = world.view(region, account).accounts();
    expect(again.view(region, account).accounts()).toEqual(accounts);
    expect(accounts).toEqual(['111111111111', '222222222222', '333333333333']);
  });
});

describe('what is elsewhere', () => {
  it('is seen over the backbone, while a way leads there, and the answer is as durable', async () => {
    const journal = createRecordingJournal();
    const { world } = await createTestWorld({
      journal: {
        ...journal,
        append: async (shard, expectedSeq, record) => {
          await journal.append(shard, expectedSeq, record);
          if (shard === 'us-east-1') await written.promise;
        },
      },
    });
    const written = Promise.withResolvers<undefined>();
    world.transact('us-east-1', account, (tx) =>
      tx.put(Things, { id: 'a', color: 'red', count: 1 }),
    );
    const look = () =>
      world.transact(region, account, (tx) => tx.elsewhere('us-east-1')?.get(Things, 'a')?.color);
    const { output, durable } = look();
    expect(output).toBe('red');
    let isDurable = false;
    const waited = durable.then(() => (isDurable = true));
    await Promise.resolve();
    expect(isDurable).toBe(false);
    written.resolve(undefined);
    await waited;
    openFault(world, { target: 'link/us-east-1/eu-west-1', effect: 'network' });
    expect(look().output).toBeUndefined();
    expect(world.view('us-west-2', account).elsewhere('us-east-1')?.get(Things, 'a')).toBeDefined();
  });
});

describe('snapshots', () => {
  it('come after as many records as there are entities, and not before twenty thousand', async () => {
    const snapshots: number[] = [];
    const { world } = await createTestWorld({
      journal: {
        ...createRecordingJournal(),
        append: () => Promise.resolve(),
        putSnapshot: (_shard, { seq }) => Promise.resolve(void snapshots.push(seq)),
      },
    });
    const put = (count: number): unknown =>
      world.transact(region, account, (tx) => tx.put(Things, { id: 'a', color: 'red', count }));
    for (let count = 0; count < 20_000; count += 1) put(count);
    expect(snapshots).toEqual([20_000]);
    world.transact(region, account, (tx) => {
      for (let number = 1; number < 30_000; number += 1) {
        tx.put(Things, { id: `b-${number}`, color: 'blue', count: number });
      }
    });
    for (let count = 0; count < 60_000; count += 1) put(count);
    expect(snapshots).toEqual([20_000, 50_000, 80_000]);
  });
});

describe('watching', () => {
  it('tells what each entity was before, and which tables have changed', async () => {
    const { world } = await createTestWorld();
    const seen: Commit[] = [];
    world.subscribe((commit) => seen.push(commit));
    world.transact(region, account, (tx) => tx.put(Things, { id: 'a', color: 'red', count: 1 }));
    world.transact(region, account, (tx) => {
      tx.put(Things, { id: 'b', color: 'blue', count: 1 });
      tx.put(Things, { id: 'a', color: 'red', count: 2 });
      tx.delete(Things, 'a');
    });
    expect(seen.map(({ before }) => before)).toEqual([
      [undefined],
      [undefined, { id: 'a', color: 'red', count: 1 }],
    ]);
    expect(seen[1]?.changes.map(({ op }) => op)).toEqual(['put', 'delete']);
    expect([...(seen[1]?.tables ?? [])]).toEqual([Things.name]);
  });

  it('tells observers within a commit, also of one that a watcher makes meanwhile', async () => {
    const { world } = await createTestWorld();
    const told: string[] = [];
    world.observe(({ seq }) => told.push(`observed ${seq}`));
    world.subscribe(({ seq }) => {
      if (seq === 1) {
        world.transact(region, account, (tx) =>
          tx.put(Things, { id: 'b', color: 'blue', count: 1 }),
        );
      }
      told.push(`watched ${seq}`);
    });
    world.transact(region, account, (tx) => tx.put(Things, { id: 'a', color: 'red', count: 1 }));
    expect(told).toEqual(['observed 1', 'observed 2', 'watched 1', 'watched 2']);
  });

  it('tells commits in order, also those that a watcher makes', async () => {
    const { world } = await createTestWorld();
    const seen: string[] = [];
    world.subscribe((commit: Commit) => {
      seen.push(`first ${commit.seq}`);
      if (commit.seq === 1) {
        world.transact(region, account, (tx) => tx.put(Things, { id: 'b', color: 'x', count: 1 }));
      }
    });
    world.subscribe((commit: Commit) => seen.push(`second ${commit.seq}`));
    world.transact(region, account, (tx) => tx.put(Things, { id: 'a', color: 'x', count: 1 }));
    expect(seen).toEqual(['first 1', 'second 1', 'first 2', 'second 2']);
  });
});

describe('recovery', () => {
  it('gives back exactly what was there, whatever was done', async () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      color: fc.constantFrom('red', 'green'),
      count: fc.integer(),
      action: fc.constantFrom('put', 'delete', 'fail'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 8 }),
        async (txs) => {
          const journal = createRecordingJournal();
          const { world } = await createTestWorld({ journal });
          for (const steps of txs) {
            world.transact(region, account, (tx) => {
              tx.find(Things, 'color', 'red');
              for (const { id, color, count, action } of steps) {
                if (action === 'fail') return new DomainError('No', 'no');
                if (action === 'put')
                  tx.put(Things, { id, color, count: count + tx.random('n').below(9) });
                else tx.delete(Things, id);
              }
              return undefined;
            });
          }
          const before = world.view(region, account);
          const after = (await createTestWorld({ journal })).world.view(region, account);
          expect(after.list(Things)).toEqual(before.list(Things));
          for (const color of ['red', 'green']) {
            const listed = before.list(Things).filter((thing) => thing.color === color);
            expect(before.find(Things, 'color', color)).toEqual(listed);
            expect(after.find(Things, 'color', color)).toEqual(listed);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the views of a world', () => {
  it('are of each account that has something in a Region, in the order of the geography', async () => {
    const { world } = await createTestWorld();
    const put = (shard: string, of: string): void => {
      world.transact(shard, of, (tx) => tx.put(Things, { id: 'a', color: 'red', count: 1 }));
    };
    const [first = '', second = ''] = world.geography.regions.map(({ code }) => code);
    put(second, '111111111111');
    put(first, '222222222222');
    put(first, '111111111111');
    put('aws', '333333333333');
    const told = world.regionalViews().map((view) => `${view.shard} ${view.account}`);
    expect(told).toEqual([
      `${first} 111111111111`,
      `${first} 222222222222`,
      `${second} 111111111111`,
    ]);
    expect(world.viewsOf('aws').map((view) => view.account)).toEqual(['333333333333']);
    expect(world.viewsOf('world')).toEqual([]);
  });
});
