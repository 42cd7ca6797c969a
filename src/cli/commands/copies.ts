import { setTimeout as pause } from 'node:timers/promises';
import { callAdmin, endpointOf } from '../admin-client.ts';
import { namedAccount, type CallerOptions } from '../caller-options.ts';
import { copyLines, type ShownCopy } from '../images/copy-lines.ts';
import type { CopySummary } from '../../admin/copies-summary.ts';

interface CopiesAnswer {
  readonly copies: readonly CopySummary[];
}

/** How often bars are drawn anew, in real milliseconds, and how often a line is written where there is no terminal. */
const terminalMs = 250;
const plainMs = 10_000;

const columns = (): number => (process.stdout.isTTY ? process.stdout.columns || 100 : Infinity);

const askCopies = async (endpoint: string): Promise<readonly CopySummary[]> => {
  // The admin API answers copies in this form.
  const { copies } = (await callAdmin(endpoint, 'GET', '/copies')) as CopiesAnswer;
  return copies;
};

interface Whose {
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** Whether a copy is that account's, and from or to that Region, where they were named. */
const isOf = (copy: CopySummary, { account, region }: Whose): boolean =>
  (account === undefined || copy.account === account) &&
  (region === undefined || copy.fromRegion === region || copy.toRegion === region);

/** Draws over what it drew before, on a terminal; writes lines elsewhere. */
class Screen {
  readonly #isTerminal = process.stdout.isTTY;
  #drawn = 0;

  get everyMs(): number {
    return this.#isTerminal ? terminalMs : plainMs;
  }

  draw(lines: readonly string[]): void {
    if (this.#isTerminal && this.#drawn > 0) process.stdout.write(`\u001B[${this.#drawn}A\u001B[J`);
    for (const line of lines) process.stdout.write(`${line}\n`);
    this.#drawn = lines.length;
  }
}

/**
 * Shows copies with live bars until none that it watches is left; answers what it last knew of each. Those that are gone
 * are through, or have failed: `outcome` tells.
 */
export const watchCopies = async (
  endpoint: string,
  isWatched: (copy: CopySummary) => boolean,
  outcome: (copy: CopySummary) => Promise<ShownCopy['outcome']>,
): Promise<readonly ShownCopy[]> => {
  const screen = new Screen();
  const shown = new Map<string, ShownCopy>();
  for (;;) {
    const copies = (await askCopies(endpoint)).filter(isWatched);
    for (const copy of copies) shown.set(copy.snapshotId, { copy, outcome: undefined });
    const present = new Set(copies.map((copy) => copy.snapshotId));
    for (const [id, { copy, outcome: known }] of shown) {
      if (!present.has(id) && known === undefined) {
        shown.set(id, { copy, outcome: await outcome(copy) });
      }
    }
    screen.draw(copyLines([...shown.values()], columns()));
    if (copies.length === 0) return [...shown.values()];
    await pause(screen.everyMs);
  }
};

/** `faultline copies`: what is being copied between Regions, with rate, share of the way and time left. */
export const copies = async (
  options: CallerOptions & {
    readonly endpoint?: string;
    readonly json?: boolean;
    readonly once?: boolean;
  },
): Promise<void> => {
  const endpoint = endpointOf(options.endpoint);
  const of = { account: namedAccount(options), region: options.region };
  const now = (await askCopies(endpoint)).filter((copy) => isOf(copy, of));
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ copies: now })}\n`);
    return;
  }
  if (now.length === 0) {
    process.stdout.write('Nothing is being copied.\n');
    return;
  }
  if (options.once === true || !process.stdout.isTTY) {
    const lines = copyLines(
      now.map((copy) => ({ copy, outcome: undefined })),
      columns(),
    );
    process.stdout.write(`${lines.join('\n')}\n`);
    return;
  }
  await watchCopies(
    endpoint,
    (copy) => isOf(copy, of),
    () => Promise.resolve('over'),
  );
};
