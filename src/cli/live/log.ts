import { pino } from 'pino';

/** Where a person reads what happened. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Logs to stderr as JSON lines, at the level of FAULTLINE_LOG (`warn` unless given). */
export const createLog = (): Log =>
  pino(
    { level: process.env['FAULTLINE_LOG'] ?? 'warn', base: null },
    pino.destination({ dest: 2, sync: true }),
  );
