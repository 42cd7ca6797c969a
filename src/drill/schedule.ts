/**
 * When each request of a traffic is sent, and by whom: the same live and virtual. Request number j goes at drill time
 * j / rate, sent by client j mod clients; it is that client's turn number j div clients.
 */
export interface Schedule {
  /** Requests per world second, of all clients together. */
  readonly ratePerSecond: number;
  readonly clients: number;
  /** World ms; requests are sent before this drill time. */
  readonly durationMs: number;
}

/** Times closer than this are the same: it swallows what binary fractions cannot say. */
const sameMs = 1e-6;

/** Drill time at which request number `request` is sent, world ms. */
export const sendTimeMs = (schedule: Schedule, request: number): number =>
  (request * 1000) / schedule.ratePerSecond;

/** The number of the first request that is sent at or after a drill time, which is also how many are sent before. */
export const requestsBefore = (schedule: Schedule, timeMs: number): number => {
  const limitMs = Math.min(timeMs, schedule.durationMs);
  return Math.max(0, Math.ceil(((limitMs - sameMs) * schedule.ratePerSecond) / 1000));
};

/** The client's first turn at or after a drill time. */
export const turnsBefore = (schedule: Schedule, client: number, timeMs: number): number =>
  Math.max(0, Math.ceil((requestsBefore(schedule, timeMs) - client) / schedule.clients));

/** Drill time of a client's turn, world ms. */
export const turnTimeMs = (schedule: Schedule, client: number, turn: number): number =>
  sendTimeMs(schedule, client + turn * schedule.clients);

/** Whether a cached answer is of no use any more. */
export const isExpired = (timeMs: number, expiresMs: number): boolean =>
  timeMs >= expiresMs - sameMs;

/** After how many turns of a client an answer that lives so long is asked for again. */
export const turnsWithin = (schedule: Schedule, ttlMs: number): number => {
  const periodMs = (schedule.clients * 1000) / schedule.ratePerSecond;
  return Math.max(1, Math.ceil((ttlMs - sameMs) / periodMs));
};

/**
 * How long a client's first answer lives. Users who have been there before the drill begins have caches of all ages;
 * so the first answers run out evenly spread over their time to live, not all at the same moment.
 */
export const firstTtlMs = (schedule: Schedule, client: number, ttlMs: number): number =>
  (ttlMs * (client + 1)) / schedule.clients;

const numericAddress = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** Addresses in the order in which clients take turns on them. */
export const inTurnOrder = (addresses: readonly string[]): readonly string[] =>
  [...addresses].sort((a, b) => numericAddress(a) - numericAddress(b));

/** Which of the addresses a client's turn goes to. */
export const addressIndex = (addressCount: number, client: number, turn: number): number =>
  (client + turn) % addressCount;
