import { formatDuration } from '../duration.ts';
import type { CopySummary } from '../live/copies-summary.ts';

/** A copy on the screen; `outcome` once it is no longer under way. */
export interface ShownCopy {
  readonly copy: CopySummary;
  readonly outcome: 'completed' | 'over' | { readonly failed: string } | undefined;
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for a person: `27.8 MB`. */
export const bytesText = (bytes: number): string => {
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 99.95 ? 0 : 1;
  return `${amount.toFixed(digits)} ${units[unit] ?? 'B'}`;
};

const bar = (share: number, width: number): string => {
  const full = Math.floor(Math.min(1, Math.max(0, share)) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
};

const shareOf = ({ copy, outcome }: ShownCopy): number => {
  if (outcome === 'completed') return 1;
  return copy.totalBytes === 0 ? 0 : copy.sentBytes / copy.totalBytes;
};

const stateText = ({ copy, outcome }: ShownCopy): string => {
  if (outcome === 'completed') return 'completed';
  if (outcome === 'over') return 'no longer under way';
  if (outcome !== undefined) return `FAILED: ${outcome.failed}`;
  switch (copy.state) {
    case 'measuring':
      return 'measuring';
    case 'paused':
      return 'PAUSED: no way there';
    case 'arriving':
      return 'writing the last blocks';
    case 'moving': {
      const left =
        copy.secondsLeft === null ? '' : `   ${formatDuration(copy.secondsLeft * 1000)} left`;
      const link = `${Math.round(copy.linkShare * 100)}% of the way`;
      return `${bytesText(copy.bytesPerSecond)}/s, ${link}${left}`;
    }
  }
};

/** A line for each copy, no wider than the terminal; `columns` is Infinity where there is none. */
export const copyLines = (copies: readonly ShownCopy[], columns: number): readonly string[] => {
  const wide = (text: (shown: ShownCopy) => string): number =>
    Math.max(0, ...copies.map((shown) => text(shown).length));
  const what = ({ copy }: ShownCopy): string => copy.imageId ?? copy.snapshotId;
  const way = ({ copy }: ShownCopy): string => `${copy.fromRegion} → ${copy.toRegion}`;
  const [whatWidth, wayWidth] = [wide(what), wide(way)];
  return copies.map((shown) => {
    const percent = `${String(Math.floor(shareOf(shown) * 100)).padStart(3)}%`;
    const { totalBytes } = shown.copy;
    const sent = shown.outcome === 'completed' ? totalBytes : shown.copy.sentBytes;
    const amount = `${bytesText(sent)} of ${bytesText(totalBytes)}`;
    const kind = shown.copy.incremental ? ' (changes)' : '';
    const line =
      `${what(shown).padEnd(whatWidth)}  ${way(shown).padEnd(wayWidth)}  ${bar(shareOf(shown), 20)} ` +
      `${percent}  ${amount}${kind}   ${stateText(shown)}`;
    return line.slice(0, Math.max(60, columns));
  });
};
