import type { DrillPlan } from '../../drill/drill-plan.ts';
import { clockText } from '../../text/duration.ts';
import type { DrillProgress } from '../../drill/run-drill.ts';

/** Real ms between two updates of the line on a terminal, and between two lines elsewhere. */
const terminalMs = 200;
const plainMs = 10_000;

const text = (plan: DrillPlan, progress: DrillProgress): string => {
  switch (progress.phase) {
    case 'building':
      return 'building the stack';
    case 'settling': {
      const [first, ...others] = progress.unsettled;
      if (first === undefined) return 'the stack has settled';
      return `settling: ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
    }
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

/**
 * Says on stderr where a live drill stands: one line that changes on a terminal, a plain line each ten seconds
 * elsewhere. Returns a way to stop.
 */
export const watchProgress = (
  plan: DrillPlan,
  progress: () => DrillProgress | undefined,
): (() => void) => {
  const isTerminal = process.stderr.isTTY;
  // Some terminals do not know how wide they are.
  const columns = (): number => (process.stderr.columns || 80) - 1;
  const show = (): void => {
    const now = progress();
    if (now === undefined) return;
    const line = `${plan.name}: ${text(plan, now)}`;
    process.stderr.write(isTerminal ? `\r\u001B[K${line.slice(0, columns())}` : `${line}\n`);
  };
  const timer = setInterval(show, isTerminal ? terminalMs : plainMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    if (isTerminal) process.stderr.write('\r\u001B[K');
  };
};
