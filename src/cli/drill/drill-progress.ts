import type { DrillPlan } from '../../drill/drill-plan.ts';
import { clockText, spokenSeconds } from '../../text/duration.ts';
import type { DrillProgress } from '../../drill/run-drill.ts';
import { TerminalLine } from '../../text/terminal-line.ts';

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

/** What a drill is doing, for whoever waits: on a terminal one line that changes. Elsewhere a live one tells a line each ten seconds. */
export class ProgressLine extends TerminalLine {
  /** Says where a drill in a live world stands, again and again. Returns a way to stop. */
  follow(plan: NamedDrill, progress: () => DrillProgress | undefined): () => void {
    const show = (): void => {
      const stands = progress();
      if (stands === undefined) return;
      const line = drillText(plan, stands);
      if (this.isTerminal) this.now(line);
      else this.tell(line);
    };
    const timer = setInterval(show, this.isTerminal ? terminalMs : plainMs);
    timer.unref();
    return () => clearInterval(timer);
  }
}
