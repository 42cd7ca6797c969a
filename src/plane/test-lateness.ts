import { ChildWaits } from './child-waits.ts';
import { startHeartbeat } from './heartbeat.ts';

/** What a live run came to, and by how many milliseconds of world time this machine was late meanwhile. */
export interface OnTime<T> {
  readonly value: T;
  readonly lateMs: number;
}

/** Measures how late this process and its children are until it is stopped. */
const measure = (): { readonly note: (realMs: number) => void; readonly stop: () => number } => {
  const children = new ChildWaits();
  let lateMs = 0;
  const note = (realMs: number): void => {
    lateMs = Math.max(lateMs, realMs);
  };
  children.look();
  const stopBeating = startHeartbeat((beatLateMs) => {
    note(beatLateMs);
    note(children.look().answerMs);
  });
  return {
    note,
    stop: () => {
      stopBeating();
      return lateMs;
    },
  };
};

/** How patient the things are that a live run plays with, and how fast it may be played. */
export interface LivePace {
  /** World ms: a stall of half of it could have made a time-out run out. */
  readonly patienceMs: number;
  /** World seconds per real second: of the first run, and of each one more. */
  readonly speeds: readonly number[];
}

/**
 * Plays something live whose moments are to be compared, and plays it again, slower, when the machine was later meanwhile
 * than what is played with has the patience for: such a run proves nothing, however it ended. A machine that is always too
 * late has the test skipped, with the reason. `play` may note what it is told of the lateness of others.
 */
export const onTime = async <T>(
  skip: (note: string) => never,
  { patienceMs, speeds }: LivePace,
  play: (speed: number, noteLate: (realMs: number) => void) => Promise<T>,
): Promise<OnTime<T>> => {
  const late: number[] = [];
  for (const speed of speeds) {
    const lateness = measure();
    const played = await play(speed, lateness.note).then(
      (value) => ({ value }) as const,
      (error: unknown) => ({ error }) as const,
    );
    const lateMs = lateness.stop();
    if (lateMs <= patienceMs / speed / 2) {
      if ('error' in played) throw played.error;
      return { value: played.value, lateMs: lateMs * speed };
    }
    late.push(Math.round(lateMs));
  }
  return skip(
    `This machine was late by ${late.join(', ')} ms in runs at speed ${speeds.join(', ')}: nothing can be told from them.`,
  );
};
