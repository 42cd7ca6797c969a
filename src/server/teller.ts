import type { ServerOptions } from './server.ts';

/** Where lines for a person go that come while a world runs. */
export const tellerOf = ({ tell }: Pick<ServerOptions, 'tell'>): ((line: string) => void) =>
  tell ?? ((line) => void process.stderr.write(`${line}\n`));
