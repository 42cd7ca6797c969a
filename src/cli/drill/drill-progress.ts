import type { DrillPlan } from '../../drill/drill-plan.ts';
import { clockText, spokenSeconds } from '../../text/duration.ts';
import type { DrillProgress } from '../../drill/run-drill.ts';

/** Real ms between two updates of the line on a terminal, and between two lines elsewhere. */
const terminalMs = 200;
const plainMs = 10_000;

/** What a line says of a drill. */
type NamedDrill = Pick<DrillPlan, 'name' | 'durationMs'>;

const standsText = (plan: NamedDrill, progress: DrillProgress): string => {
  switch (progress.phase) {
    case 'building':
      return 'building the stack';
    case 'settling': {
      const [first, ...others] = progress.unsettled;
      if (first === undefined) return 'the stack has settled';
      return `settling: ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
    }
    case 'simulating':
      return `simulating ${spokenSeconds(plan.durationMs / 1000)}`;
    case 'running': {
      const { atSeconds, requests, broken } = progress;
      if (atSeconds < 0) return `begins in ${Math.ceil(-atSeconds)} s of world time`;
      const counts = `${requests.sent} requests, ${requests.lost} lost`;
      const faults = broken.length === 0 ? '' : `   BROKEN: ${broken.join(', ')}`;
      const end = plan.durationMs / 1000;
      return `${clockText(Math.min(atSeconds, end))} / ${clockText(end)}   ${counts}${faults}`;
    }
  }
};

/** Where a drill stands, one line. */
export const drillText = (plan: NamedDrill, progress: DrillProgress): string =>
  `${plan.name}: ${standsText(plan, progress)}`;

/** Where progress is shown: stderr, as far as it matters. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a drill is doing, for whoever waits: one line that changes on a terminal. Elsewhere a live one tells a line each ten seconds. */
export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #isTerminal: boolean;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
    this.#isTerminal = stream.isTTY === true;
  }

  /** What is done now, on a terminal. */
  now(what: string): void {
    // Some terminals do not know how wide they are.
    const columns = (this.#stream.columns || 80) - 1;
    if (this.#isTerminal) this.#stream.write(`\r\u001B[K${what.slice(0, columns)}`);
  }

  /** A line that stays. */
  tell(line: string): void {
    this.clear();
    this.#stream.write(`${line}\n`);
  }

  clear(): void {
    if (this.#isTerminal) this.#stream.write('\r\u001B[K');
  }

  /** Says where a drill in a live world stands, again and again. Returns a way to stop. */
  follow(plan: NamedDrill, progress: () => DrillProgress | undefined): () => void {
    const show = (): void => {
      const stands = progress();
      if (stands === undefined) return;
      const line = drillText(plan, stands);
      if (this.#isTerminal) this.now(line);
      else this.tell(line);
    };
    const timer = setInterval(show, this.#isTerminal ? terminalMs : plainMs);
    timer.unref();
    return () => clearInterval(timer);
  }
}
