import { afterEach, describe, expect, it } from 'vitest';
import { intervalSeconds, OneTarget } from './one-target.ts';

let one: OneTarget;

afterEach(() => one.close());

const open = async (answers: readonly object[]): Promise<void> => {
  one = await OneTarget.open({ targetType: 'instance', script: { answers }, healthyThreshold: 2 });
};

describe('a simulated server whose answers change with time', () => {
  it('turns healthy once it answers, as a program does that takes its time to begin', async () => {
    await open([
      { atSeconds: 0, answers: 'refused' },
      { atSeconds: 60, answers: 200 },
    ]);
    expect(one.secondsUntil('unhealthy')).toBeLessThan(60);
    const seconds = one.secondsUntil('healthy');
    expect(seconds).toBeGreaterThan(intervalSeconds);
    expect(seconds).toBeLessThan(90);
  });

  it('turns unhealthy once it fails, and healthy again', async () => {
    await open([
      { atSeconds: 120, answers: 500 },
      { atSeconds: 240, answers: 200 },
    ]);
    one.secondsUntil('healthy');
    expect(one.secondsUntil('unhealthy')).toBeGreaterThan(60);
    expect(one.secondsUntil('healthy')).toBeLessThan(200);
  });
});
