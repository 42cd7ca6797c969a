import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalHeld } from '../world/journal.ts';
import type { EntityChange, Journal, JournalRecord } from '../world/journal.ts';

/** A place that journals are opened on, one after another, as a data directory is by processes. */
export interface JournalPlace {
  open(): Promise<Journal>;
  remove(): Promise<void>;
}

/** A record whose one change puts an entity that names it. */
export const recordOf = (seq: number, text = `thing ${seq}`): JournalRecord => ({
  seq,
  at: 1_700_000_000_000 + seq / 4,
  changes: [{ op: 'put', table: 'things', account: '000000000000', entity: thing(seq, text) }],
});

const thing = (seq: number, text: string): { readonly id: string; readonly text: string } => ({
  id: `thing-${seq}`,
  text,
});

/** All that an iteration gives. */
const collect = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** All records that a journal has of a shard. */
export const readAll = async (
  journal: Journal,
  shard: string,
  fromSeq = 1,
): Promise<readonly JournalRecord[]> => (await collect(journal.read(shard, fromSeq))).flat();

const manyPuts = (count: number): readonly EntityChange[] =>
  Array.from({ length: count }, (_, index) => ({
    op: 'put',
    table: 'things',
    account: '000000000000',
    entity: thing(index, 'in a snapshot'),
  }));

/** What every journal promises, run over one kind of it. */
export const describeJournal = (name: string, makePlace: () => Promise<JournalPlace>): void => {
  describe(`${name} journal`, () => {
    let place: JournalPlace;
    let opened: Journal[];

    beforeEach(async () => {
      place = await makePlace();
      opened = [];
    });
    afterEach(async () => {
      for (const journal of opened) await journal.close();
      await place.remove();
    });

    const open = async (): Promise<Journal> => {
      const journal = await place.open();
      opened.push(journal);
      return journal;
    };
    const openLeased = async (): Promise<Journal> => {
      const journal = await open();
      await journal.acquireLease();
      return journal;
    };
    const openAgain = async (journal: Journal): Promise<Journal> => {
      await journal.close();
      return openLeased();
    };

    it('is empty when it is new, with the format of this release', async () => {
      const journal = await openLeased();
      expect(journal.header).toEqual({ format: 1, flags: [], seed: 1 });
      expect(await journal.shards()).toEqual([]);
      expect(await readAll(journal, 'us-east-1')).toEqual([]);
      expect(await collect(journal.readSnapshot('us-east-1'))).toEqual([]);
    });

    it('gives back what was appended, per shard and in order, after it is opened again', async () => {
      const first = await openLeased();
      for (let seq = 1; seq <= 3; seq += 1) {
        await first.append('us-east-1', seq - 1, recordOf(seq, 'Größe 🗺'));
        await first.append('eu-west-1', seq - 1, recordOf(seq));
      }
      const second = await openAgain(first);
      expect([...(await second.shards())].toSorted()).toEqual(['eu-west-1', 'us-east-1']);
      const expected = [1, 2, 3].map((seq) => recordOf(seq, 'Größe 🗺'));
      expect(await readAll(second, 'us-east-1')).toEqual(expected);
      expect(await readAll(second, 'us-east-1', 3)).toEqual([recordOf(3, 'Größe 🗺')]);
      expect(await readAll(second, 'eu-west-1')).toEqual([1, 2, 3].map((seq) => recordOf(seq)));
    });

    it('keeps deletions and commits of many changes as they were', async () => {
      const first = await openLeased();
      const record: JournalRecord = {
        seq: 1,
        at: 5,
        changes: [
          ...manyPuts(3),
          { op: 'delete', table: 'things', account: '000000000000', id: 'thing-1' },
        ],
      };
      await first.append('aws', 0, record);
      const second = await openAgain(first);
      expect(await readAll(second, 'aws')).toEqual([record]);
    });

    it('takes appends that do not wait for each other, and loses none', async () => {
      const first = await openLeased();
      const seqs = Array.from({ length: 3000 }, (_, index) => index + 1);
      await Promise.all(
        seqs.flatMap((seq) => [
          first.append('us-east-1', seq - 1, recordOf(seq)),
          first.append('eu-west-1', seq - 1, recordOf(seq)),
        ]),
      );
      const second = await openAgain(first);
      for (const shard of ['us-east-1', 'eu-west-1']) {
        const records = await readAll(second, shard);
        expect(records.map(({ seq }) => seq)).toEqual(seqs);
      }
    });

    it('waits at closing for appends that nobody waits for', async () => {
      const first = await openLeased();
      const appends = [1, 2, 3].map((seq) => first.append('us-east-1', seq - 1, recordOf(seq)));
      const second = await openAgain(first);
      await Promise.all(appends);
      expect(await readAll(second, 'us-east-1')).toHaveLength(3);
    });

    it('refuses an append out of turn, and everything after it', async () => {
      const journal = await openLeased();
      await journal.append('us-east-1', 0, recordOf(1));
      await expect(journal.append('us-east-1', 2, recordOf(3))).rejects.toThrow(/does not follow/);
      await expect(journal.append('us-east-1', 1, recordOf(2))).rejects.toThrow(/does not follow/);
      const again = await openAgain(journal);
      expect(await readAll(again, 'us-east-1')).toEqual([recordOf(1)]);
    });

    it('takes no append without its lease, and none after closing', async () => {
      const journal = await open();
      await expect(journal.append('us-east-1', 0, recordOf(1))).rejects.toThrow(/lease/);
      const again = await openAgain(journal);
      await again.close();
      await expect(again.append('us-east-1', 0, recordOf(1))).rejects.toThrow(/closed/);
    });

    it('has one holder at a time, and each has a higher epoch than the one before', async () => {
      const first = await open();
      const firstEpoch = await first.acquireLease();
      await expect(openLeased()).rejects.toBeInstanceOf(JournalHeld);
      await first.append('us-east-1', 0, recordOf(1));
      await first.close();
      const second = await open();
      expect(await second.acquireLease()).toBe(firstEpoch + 1);
    });

    it('starts reading at the snapshot, which comes back in pieces', async () => {
      const first = await openLeased();
      for (let seq = 1; seq <= 5; seq += 1) {
        await first.append('us-east-1', seq - 1, recordOf(seq));
      }
      await first.putSnapshot('us-east-1', { seq: 3, at: 42, puts: manyPuts(2500) });
      await first.append('us-east-1', 5, recordOf(6));
      const check = async (journal: Journal): Promise<void> => {
        const pieces = await collect(journal.readSnapshot('us-east-1'));
        expect(pieces.length).toBeGreaterThan(1);
        expect(pieces.flatMap(({ changes }) => changes)).toEqual(manyPuts(2500));
        for (const piece of pieces) expect(piece).toMatchObject({ seq: 3, at: 42 });
        const records = await readAll(journal, 'us-east-1');
        expect(records).toEqual([recordOf(4), recordOf(5), recordOf(6)]);
      };
      await check(first);
      await check(await openAgain(first));
    });

    it('replaces a snapshot by a later one, also by an empty one', async () => {
      const first = await openLeased();
      await first.append('us-east-1', 0, recordOf(1));
      await first.putSnapshot('us-east-1', { seq: 1, at: 1, puts: manyPuts(1500) });
      await first.append('us-east-1', 1, recordOf(2));
      await first.putSnapshot('us-east-1', { seq: 2, at: 2, puts: [] });
      const second = await openAgain(first);
      const pieces = await collect(second.readSnapshot('us-east-1'));
      expect(pieces).toEqual([{ seq: 2, at: 2, changes: [] }]);
      expect(await readAll(second, 'us-east-1')).toEqual([]);
      await second.append('us-east-1', 2, recordOf(3));
      expect(await readAll(second, 'us-east-1')).toEqual([recordOf(3)]);
    });

    it('takes a snapshot as it is when asked, though appends go on meanwhile', async () => {
      const journal = await openLeased();
      const puts = [...manyPuts(3000)];
      await journal.append('us-east-1', 0, recordOf(1));
      const snapshot = journal.putSnapshot('us-east-1', { seq: 1, at: 1, puts });
      puts.length = 0;
      for (let seq = 2; seq <= 50; seq += 1) {
        await journal.append('us-east-1', seq - 1, recordOf(seq));
      }
      await snapshot;
      const pieces = await collect(journal.readSnapshot('us-east-1'));
      expect(pieces.flatMap(({ changes }) => changes)).toHaveLength(3000);
      expect(await readAll(journal, 'us-east-1')).toHaveLength(49);
    });

    it('refuses a snapshot of commits that it has not seen', async () => {
      const journal = await openLeased();
      await journal.append('us-east-1', 0, recordOf(1));
      const ahead = journal.putSnapshot('us-east-1', { seq: 2, at: 1, puts: [] });
      await expect(ahead).rejects.toThrow(/ahead/);
    });
  });
};
