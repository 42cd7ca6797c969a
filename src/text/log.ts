import { createRequire } from 'node:module';
import type { pino as createPino } from 'pino';

/** Where a person reads what happened. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

const require = createRequire(import.meta.url);

const openPino = (level: string): Log => {
  // Read when the first line is logged: most runs log none, and a start is mostly reading code.
  // What the package's own types say of it; a require has none.
  const { pino } = require('pino') as { readonly pino: typeof createPino };
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
};

/** Logs to stderr as JSON lines, at the level of FAULTLINE_LOG (`warn` unless given). */
export const createLog = (): Log => {
  const level = process.env['FAULTLINE_LOG'];
  let opened: Log | undefined;
  const log = (): Log => (opened ??= openPino(level ?? 'warn'));
  return {
    info: (details, message) => {
      if (level !== undefined) log().info(details, message);
    },
    warn: (details, message) => log().warn(details, message),
    error: (details, message) => log().error(details, message),
  };
};
