import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { runCommand, startReady, stop, type Running } from '../support/faultline-process.ts';

let world: Running;

interface Answer {
  readonly lateness: { readonly worldSeconds: number; readonly worstWorldSeconds: number };
}

const lateness = async (): Promise<Answer['lateness']> => {
  const answer = await fetch(`${world.endpoint}/_faultline/world`);
  // The admin API answers the world in this form.
  return ((await answer.json()) as Answer).lateness;
};

/** The world stands still for a moment and goes on: what a machine that is overloaded does to it. */
const holdUp = async (realMs: number): Promise<void> => {
  world.child.kill('SIGSTOP');
  await delay(realMs);
  world.child.kill('SIGCONT');
};

beforeAll(async () => {
  world = await startReady({ speed: 10 });
});
afterAll(async () => {
  await stop(world);
});

describe('a world on a machine that is late', () => {
  it('says so in GET /_faultline/world and in status', async () => {
    const { worldSeconds } = await eventually(async () => {
      await holdUp(700);
      const late = await lateness();
      return late.worldSeconds > 5 ? late : undefined;
    });
    expect(worldSeconds).toBeLessThan(60);
    const { stdout } = await runCommand(['status', '--endpoint', world.endpoint]);
    expect(stdout).toMatch(
      /^This machine was late by up to \d+\.\d\d s of world time in the last minute \(\d+\.\d\d s since it began\)$/m,
    );
  });

  it('tells whoever began it, once, when it happens again and again', async () => {
    await eventually(async () => {
      await holdUp(400);
      await delay(600);
      return world.stderr() !== '';
    }, 30_000);
    expect(world.stderr()).toMatch(
      /^faultline: at speed 10 this machine is late by up to [\d.]+ s of world time: [^\n]+ Give the world a lower speed, or the machine less to do\.\n$/,
    );
  });
});
