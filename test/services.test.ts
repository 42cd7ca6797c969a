import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serviceModel } from '../src/wire/model.ts';
import type { Member, Shape } from '../src/wire/shape.ts';
import { defineTable, type Entity } from '../src/world/entity.ts';
import { defineExtensionPoint, extend, follow } from '../src/world/rules.ts';
import { createTestWorld } from '../src/world/test-world.ts';
import { noHost } from '../src/aws/host.ts';
import { LoadedServices, rulesOf } from '../src/aws/loaded-services.ts';
import type { Service, ServiceAbout } from '../src/aws/operation.ts';
import { services } from '../src/aws/services.ts';

const aws = join(import.meta.dirname, '../src/aws');

/** The folder of a service, by its name. */
const folders = new Map(
  globSync('*/about.ts', { cwd: aws }).map((file) => {
    const name = /name: '([^']+)'/.exec(readFileSync(join(aws, file), 'utf8'))?.[1];
    return [name ?? '', file.split('/')[0] ?? ''] as const;
  }),
);

/** The services whose code a service's own code runs. */
const calledBy = (folder: string): ReadonlySet<string> => {
  const files = globSync(`${folder}/**/*.ts`, { cwd: aws });
  const texts = files
    .filter((file) => !/(\.test|\/test-[^/]*)\.ts$/.test(file))
    .map((file) => readFileSync(join(aws, file), 'utf8'));
  const imports = texts.flatMap((text) => [
    ...text.matchAll(/^import (?!type)[^;]*from '(?:\.\.\/)+([\w-]+)\//gm),
  ]);
  return new Set(
    [...folders].flatMap(([name, of]) =>
      of !== folder && imports.some(([, used]) => used === of) ? [name] : [],
    ),
  );
};

const about = (name: string, more: Partial<Service> = {}): ServiceAbout => {
  const of: ServiceAbout = {
    name,
    title: name,
    model: name,
    protocol: 'json',
    shard: 'region',
    brings: more.brings ?? [],
    read: () => Promise.resolve({ ...of, operations: {}, ...more }),
  };
  return of;
};

interface Row extends Entity {
  readonly value: number;
}
const Rows = defineTable<Row>('test-rows');

describe('services', () => {
  it('are all in the list, each once', () => {
    expect(services.map(({ name }) => name).toSorted()).toEqual([...folders.keys()].toSorted());
  });

  it.each(services)('$name speaks the protocol of its wire model', async ({ name, protocol }) => {
    expect(protocol).toBe((await serviceModel(name)).metadata.protocol);
  });

  it.each(services)('$name brings the services that it calls', ({ name, brings }) => {
    const called = calledBy(folders.get(name) ?? '');
    expect([...called].filter((other) => !brings.includes(other))).toEqual([]);
  });

  it('have timers of kinds that no other has', async () => {
    const loaded = await new LoadedServices(noHost).loadAll();
    const kinds = loaded.flatMap(({ timers = {} }) => Object.keys(timers));
    expect(kinds).toEqual([...new Set(kinds)]);
  });

  it('refuse only members that their models have', async () => {
    const wrong: string[] = [];
    for (const { name, refuses = {} } of await new LoadedServices(noHost).loadAll()) {
      const { operations } = await serviceModel(name);
      for (const [operation, paths] of Object.entries(refuses)) {
        for (const path of paths) {
          let shape: Shape | undefined = operations.get(operation)?.input;
          for (const part of path.split('.')) {
            while (shape?.type === 'list') shape = shape.element;
            const members: readonly Member[] = shape?.type === 'structure' ? shape.members : [];
            shape = members.find((member) => member.name === part)?.shape;
          }
          if (shape === undefined) wrong.push(`${name}:${operation}:${path}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('name only operations of theirs', async () => {
    const loaded = await new LoadedServices(noHost).loadAll();
    const strange = loaded.flatMap(({ name, operations, partitionReads = [], ...more }) =>
      [
        ...partitionReads,
        ...Object.keys({ ...more.settles, ...more.refreshes, ...more.refuses }),
      ].flatMap((operation) => (operation in operations ? [] : `${name}:${operation}`)),
    );
    expect(strange).toEqual([]);
  });
});

describe('loaded services', () => {
  it('come with those that they bring, and with nobody else', async () => {
    const loaded = new LoadedServices(noHost, [
      about('a'),
      about('b', { brings: ['a', 'c'] }),
      about('c', { brings: ['b'] }),
      about('d'),
    ]);
    expect((await loaded.load('b')).name).toBe('b');
    expect(loaded.list().map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(loaded.get('d')).toBeUndefined();
    await loaded.load('d');
    expect(loaded.list().map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('bring their timers into a world that runs already', async () => {
    const fired: string[] = [];
    const loaded = new LoadedServices(noHost, [
      about('late', { timers: { 'late/ring': (_tx, timer) => fired.push(timer.id) } }),
    ]);
    const { world, clock } = await createTestWorld({ rules: loaded.rules });
    await loaded.load('late');
    world.transact('us-east-1', '111122223333', (tx) =>
      tx.setTimer({ id: 'one', at: tx.now + 1000, kind: 'late/ring' }),
    );
    clock.advance(1000);
    expect(fired).toEqual(['one']);
  });
});

describe('who follows a table', () => {
  const seen: string[] = [];
  const follower = (name: string): Service => ({
    ...about(name),
    operations: {},
    read: () => Promise.reject(new Error('not asked for')),
    follows: [
      follow(Rows, (tx, { before, after }) => {
        seen.push(`${name}: ${before?.value ?? '-'} to ${after?.value ?? '-'}`);
        tx.setTimer({ id: name, at: tx.now + 1000, kind: 'nobody' });
      }),
    ],
  });
  const open = () => createTestWorld({ rules: rulesOf([follower('first'), follower('second')]) });
  const put = (value: number): Row => ({ id: 'row', value });

  it('sees each change inside its transaction, in the order of the services', async () => {
    const { world } = await open();
    seen.length = 0;
    world.transact('us-east-1', '111122223333', (tx) => {
      tx.put(Rows, put(1));
      tx.put(Rows, put(2));
      tx.delete(Rows, 'row');
      tx.delete(Rows, 'row');
      tx.put(Rows, put(3));
    });
    expect(seen.filter((text) => text.startsWith('first'))).toEqual([
      'first: - to 1',
      'first: 1 to 2',
      'first: 2 to -',
      'first: - to 3',
    ]);
    expect(seen.slice(0, 2)).toEqual(['first: - to 1', 'second: - to 1']);
  });

  it('leaves nothing behind when the transaction is void', async () => {
    const { world } = await open();
    const { output } = world.transact(
      'us-east-1',
      '111122223333',
      (tx) => {
        tx.put(Rows, put(1));
        return 'kept nothing';
      },
      () => false,
    );
    expect(output).toBe('kept nothing');
    expect(world.view('us-east-1', '111122223333').accounts()).toEqual([]);
  });
});

it('answers extension points from what services give, by key', async () => {
  const Greetings = defineExtensionPoint<string>('test/greetings');
  const giver: Service = {
    ...about('giver'),
    operations: {},
    extends: [extend(Greetings, 'de', 'Hallo'), extend(Greetings, 'en', 'Hello')],
  };
  const { world } = await createTestWorld({ rules: rulesOf([giver]) });
  const view = world.view('us-east-1', '111122223333');
  expect([...view.extensions(Greetings)]).toEqual([
    ['de', 'Hallo'],
    ['en', 'Hello'],
  ]);
  expect([...view.extensions(defineExtensionPoint('test/nobody'))]).toEqual([]);
});
