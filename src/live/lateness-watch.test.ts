import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { ChildWaits } from '../plane/child-waits.ts';
import { LiveClock } from './live-clock.ts';
import { watchLateness } from './lateness-watch.ts';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Keeps this process from doing anything else. */
const block = (realMs: number): void => {
  const until = performance.now() + realMs;
  while (performance.now() < until);
};

const beats = (clock: LiveClock, count: number): Promise<void> =>
  new Promise((resolve) => {
    let left = count;
    const stop = watchLateness(clock, () => {
      left -= 1;
      if (left === 0) resolve();
    });
    stops.push(stop, () => clock.stop());
  });

describe('the lateness of a live world', () => {
  it('knows of an event loop that was kept from going on, in world time', async () => {
    const clock = new LiveClock(0, 10);
    const measured = beats(clock, 2);
    const span = clock.lateness.span();
    block(400);
    await measured;
    // A beat was due within the first 50 ms of it.
    expect(span.worst().stall.realMs).toBeGreaterThan(300);
    expect(span.worst().stall.worldMs).toBeGreaterThan(3000);
  });

  it('knows of a timer that fired late, and of none that was asked for when it was past', async () => {
    const clock = new LiveClock(1_000_000, 10);
    stops.push(() => clock.stop());
    const fired = new Promise<void>((resolve) => clock.at(1_001_000, resolve));
    await new Promise<void>((resolve) => clock.at(0, resolve));
    expect(clock.lateness.worst().stall.realMs).toBeLessThan(1000);
    block(300);
    await fired;
    expect(clock.lateness.worst().stall.worldMs).toBeGreaterThan(1900);
    expect(clock.lateness.worst().stall.worldMs).toBeLessThan(1_000_000);
  });

  it.runIf(process.platform === 'linux')(
    'knows of children that are kept from the processor',
    async () => {
      // Twice as many that never rest as there are processors: one of them waits half of the time.
      for (let count = 0; count < 2 * cpus().length; count += 1) {
        const child = spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' });
        stops.push(() => child.kill('SIGKILL'));
      }
      const waits = new ChildWaits();
      const longest = await new Promise<number>((resolve) => {
        const look = (): void => {
          const { recentMs } = waits.look();
          if (recentMs > 200) resolve(recentMs);
          else setTimeout(look, 50);
        };
        look();
      });
      expect(longest).toBeGreaterThan(200);
    },
  );
});
