import { formatDuration } from '../../text/duration.ts';
import type { CopySummary } from '../../admin/copies-summary.ts';

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

/** How much of a copy is said: narrower terminals get less, and what matters most to the end. */
interface Form {
  readonly idLength: number;
  readonly barWidth: number;
  readonly showsBytes: boolean;
  readonly link: string;
}

const forms: readonly [Form, ...Form[]] = [
  { idLength: Infinity, barWidth: 20, showsBytes: true, link: ' of the way' },
  { idLength: Infinity, barWidth: 10, showsBytes: false, link: ' of the way' },
  { idLength: 10, barWidth: 5, showsBytes: false, link: '' },
];

const stateText = ({ copy, outcome }: ShownCopy, form: Form): string => {
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
      const link = `${Math.round(copy.linkShare * 100)}%${form.link}`;
      return `${bytesText(copy.bytesPerSecond)}/s, ${link}${left}`;
    }
  }
};

const linesIn = (copies: readonly ShownCopy[], form: Form): readonly string[] => {
  const wide = (text: (shown: ShownCopy) => string): number =>
    Math.max(0, ...copies.map((shown) => text(shown).length));
  const what = ({ copy }: ShownCopy): string => {
    const id = copy.imageId ?? copy.snapshotId;
    return id.length > form.idLength ? `${id.slice(0, form.idLength)}…` : id;
  };
  const way = ({ copy }: ShownCopy): string => `${copy.fromRegion} → ${copy.toRegion}`;
  const [whatWidth, wayWidth] = [wide(what), wide(way)];
  return copies.map((shown) => {
    const percent = `${String(Math.floor(shareOf(shown) * 100)).padStart(3)}%`;
    const { totalBytes } = shown.copy;
    const sent = shown.outcome === 'completed' ? totalBytes : shown.copy.sentBytes;
    const kind = shown.copy.incremental ? ' (changes)' : '';
    const amount = form.showsBytes
      ? `${bytesText(sent)} of ${bytesText(totalBytes)}${kind}   `
      : '';
    return (
      `${what(shown).padEnd(whatWidth)}  ${way(shown).padEnd(wayWidth)}  ` +
      `${bar(shareOf(shown), form.barWidth)} ${percent}  ${amount}${stateText(shown, form)}`
    );
  });
};

/** A line for each copy, no wider than the terminal; `columns` is Infinity where there is none. */
export const copyLines = (copies: readonly ShownCopy[], columns: number): readonly string[] => {
  // The reason of a failure may be longer than any terminal is wide.
  const measured = copies.filter(({ outcome }) => typeof outcome !== 'object');
  const fits = (form: Form): boolean =>
    linesIn(measured, form).every((line) => line.length <= columns);
  const form = forms.find(fits) ?? forms.at(-1) ?? forms[0];
  return linesIn(copies, form).map((line) => line.slice(0, Math.max(60, columns)));
};
