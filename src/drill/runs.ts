import { turnTimeMs, turnsBefore, type Schedule } from './schedule.ts';

/**
 * Consecutive requests of one client, and how they went. All times are the drill times, in world ms, at which requests
 * were sent. What is undefined did not happen within the run.
 */
export interface Run {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly sent: number;
  readonly lost: number;
  readonly firstLostMs: number | undefined;
  readonly lastLostMs: number | undefined;
  readonly firstGoodMs: number | undefined;
  readonly lastGoodMs: number | undefined;
  /** The first good one after the last lost one. */
  readonly goodAfterLostMs: number | undefined;
}

/** How the requests of one traffic went, per client in the order of time. */
export interface TrafficRuns {
  readonly name: string;
  /** The place, for people. */
  readonly vantage: string;
  readonly schedule: Schedule;
  readonly clients: readonly (readonly Run[])[];
}

/** Requests that all went alike. */
export const uniformRun = (
  firstMs: number,
  lastMs: number,
  sent: number,
  isLost: boolean,
): Run => ({
  firstMs,
  lastMs,
  sent,
  lost: isLost ? sent : 0,
  firstLostMs: isLost ? firstMs : undefined,
  lastLostMs: isLost ? lastMs : undefined,
  firstGoodMs: isLost ? undefined : firstMs,
  lastGoodMs: isLost ? undefined : lastMs,
  goodAfterLostMs: undefined,
});

/** How one request went; `unsent` when the drill ended before its time. */
export const outcome = { unsent: 0, good: 1, lost: 2 } as const;

/**
 * The runs of single requests. `outcomes[j]` is how request number j went. No run crosses one of the `cutsMs`, so that
 * each belongs to one window.
 */
export const runsOfOutcomes = (
  schedule: Schedule,
  outcomes: Uint8Array,
  cutsMs: readonly number[],
): readonly (readonly Run[])[] =>
  Array.from({ length: schedule.clients }, (_, client) => {
    const cuts = new Set(cutsMs.map((cutMs) => turnsBefore(schedule, client, cutMs)));
    const runs: Run[] = [];
    let from = 0;
    for (let turn = 0; ; turn += 1) {
      const kind = outcomes[client + from * schedule.clients] ?? outcome.unsent;
      const here = outcomes[client + turn * schedule.clients] ?? outcome.unsent;
      if (turn > from && (here !== kind || cuts.has(turn))) {
        runs.push(
          uniformRun(
            turnTimeMs(schedule, client, from),
            turnTimeMs(schedule, client, turn - 1),
            turn - from,
            kind === outcome.lost,
          ),
        );
        from = turn;
      }
      if (here === outcome.unsent) return runs;
    }
  });
