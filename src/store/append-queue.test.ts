import { describe, expect, it } from 'vitest';
import { AppendQueue, defaultAppendBounds } from './append-queue.ts';
import type { AppendBounds, WaitingRecord } from './append-queue.ts';
import type { AppendedRow } from './journal-database.ts';

/** A disk that takes a write when the test lets it. */
class SlowDisk {
  readonly writes: {
    readonly rows: readonly AppendedRow[];
    readonly done: PromiseWithResolvers<void>;
  }[] = [];

  readonly write = (rows: readonly AppendedRow[]): Promise<void> => {
    const done = Promise.withResolvers<void>();
    this.writes.push({ rows, done });
    return done.promise;
  };

  /** How many records the n-th write brought. */
  count(index: number): number | undefined {
    return this.writes[index]?.rows.reduce((sum, { count }) => sum + count, 0);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const record = (seq: number, text = '[1,[]]', shard = 'us-east-1'): WaitingRecord => ({
  shard,
  seq,
  text,
});

const appendAll = (queue: AppendQueue, from: number, to: number): readonly Promise<void>[] =>
  Array.from({ length: to - from + 1 }, (_, index) => queue.append(record(from + index)));

const queueOn = (disk: SlowDisk, bounds: Partial<AppendBounds> = {}): AppendQueue =>
  new AppendQueue(disk.write, { ...defaultAppendBounds, ...bounds });

describe('group commit', () => {
  it('writes all that arrives while one write is in flight with the next', async () => {
    const disk = new SlowDisk();
    const queue = queueOn(disk);
    const first = queue.append(record(1));
    await turn();
    const later = appendAll(queue, 2, 100);
    await turn();
    expect(disk.writes).toHaveLength(1);
    disk.writes[0]?.done.resolve();
    await first;
    await turn();
    expect([disk.count(0), disk.count(1)]).toEqual([1, 99]);
    disk.writes[1]?.done.resolve();
    await Promise.all(later);
  });

  it('makes one row for each shard of a write', async () => {
    const disk = new SlowDisk();
    const queue = queueOn(disk);
    const appends = [
      queue.append(record(7, '[1,[]]')),
      queue.append(record(3, '[2,[]]', 'eu-west-1')),
      queue.append(record(8, '[3,[]]')),
    ];
    await turn();
    expect(disk.writes[0]?.rows).toEqual([
      { shard: 'us-east-1', seq: 7, count: 2, body: '[[1,[]],[3,[]]]' },
      { shard: 'eu-west-1', seq: 3, count: 1, body: '[[2,[]]]' },
    ]);
    disk.writes[0]?.done.resolve();
    await Promise.all(appends);
  });

  it('acknowledges nothing before its write is done', async () => {
    const disk = new SlowDisk();
    let acknowledged = false;
    const append = queueOn(disk)
      .append(record(1))
      .then(() => {
        acknowledged = true;
      });
    await turn();
    expect(acknowledged).toBe(false);
    disk.writes[0]?.done.resolve();
    await append;
    expect(acknowledged).toBe(true);
  });

  it('keeps a write within its bounds', async () => {
    const disk = new SlowDisk();
    const queue = queueOn(disk, { recordsPerGroup: 3, charactersPerGroup: 100 });
    const appends = [...appendAll(queue, 1, 4), queue.append(record(5, 'x'.repeat(90)))];
    for (let index = 0; index < 3; index += 1) {
      await turn();
      disk.writes[index]?.done.resolve();
    }
    await Promise.all(appends);
    expect([disk.count(0), disk.count(1)]).toEqual([3, 2]);
  });
});

describe('a write that fails', () => {
  it('rejects what was in it, what waits and what comes, with its cause', async () => {
    const disk = new SlowDisk();
    const queue = queueOn(disk);
    const first = queue.append(record(1));
    await turn();
    const waiting = queue.append(record(2));
    disk.writes[0]?.done.reject(new Error('no space left'));
    const outcomes = await Promise.allSettled([first, waiting, queue.append(record(3))]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'no space left' } });
    }
    await turn();
    await expect(queue.append(record(4))).rejects.toThrow('no space left');
    expect(disk.writes).toHaveLength(1);
  });
});

describe('a queue that is too long', () => {
  it('takes no more, and says so to all', async () => {
    const disk = new SlowDisk();
    const queue = queueOn(disk, { charactersWaiting: 20 });
    const appends = appendAll(queue, 1, 4);
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.at(-1)).toMatchObject({
      reason: { message: expect.stringContaining('over its bound') },
    });
  });

  it('refuses one record beyond its bound', async () => {
    const queue = queueOn(new SlowDisk(), { charactersPerRecord: 10 });
    await expect(queue.append(record(1, 'x'.repeat(11)))).rejects.toThrow(/one record/);
  });
});
