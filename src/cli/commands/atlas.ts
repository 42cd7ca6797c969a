import { accessOf, AwsRefusal } from '../atlas/aws-call.ts';
import { gatherFacts } from '../atlas/account-facts.ts';
import { differenceOf, type FactChange } from '../atlas/facts-difference.ts';
import {
  loadRefreshedFacts,
  refreshedFactsPath,
  writeRefreshedFacts,
} from '../atlas/refreshed-facts-file.ts';
import { TerminalLine } from '../../text/terminal-line.ts';
import { Failed } from '../../text/usage-error.ts';

interface UpdateOptions {
  readonly endpoint?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const shown = (value: string | number | null): string =>
  value === null ? 'unknown' : String(value);

const lineOf = (change: FactChange): string => {
  const { kind, region, what, before, after } = change;
  if (kind === 'price')
    return `  ${region.padEnd(15)} ${what.padEnd(10)} ${shown(before)} -> ${shown(after)} USD`;
  return `  ${after === null ? '-' : '+'} ${kind} ${what === region ? '' : `${what} in `}${region}`;
};

/** Long lists of services are counted, with the first few named. */
const shownOfAKind = 12;

const report = (changes: readonly FactChange[]): readonly string[] => {
  if (changes.length === 0) return ['The account tells nothing that differs.'];
  const byKind = Map.groupBy(changes, (change) => change.kind);
  return [...byKind].flatMap(([kind, list]) => {
    const rest = list.length - shownOfAKind;
    return [
      `${list.length} ${kind}${list.length === 1 ? '' : 's'} differ${list.length === 1 ? 's' : ''}:`,
      ...list.slice(0, shownOfAKind).map(lineOf),
      ...(rest > 0 ? [`  and ${rest} more (--json lists all)`] : []),
    ];
  });
};

/**
 * `faultline atlas update`: asks an account for Regions, zones, services and prices, shows what differs from the facts
 * at hand, and keeps them for `choose`, `region` and `regions`.
 */
export const updateAtlas = async (options: UpdateOptions): Promise<void> => {
  const endpoint = options.endpoint ?? (process.env['AWS_ENDPOINT_URL'] || undefined);
  const access = accessOf(endpoint, process.env);
  loadRefreshedFacts();
  const today = new Date().toISOString().slice(0, 10);
  const line = new TerminalLine(process.stderr);
  const showProgress = (what: string): void => line.now(`asking for ${what} ...`);
  const facts = await gatherFacts(access, today, showProgress).catch((error: unknown) => {
    if (error instanceof AwsRefusal) throw new Failed(`Nothing was changed. ${error.message}`);
    throw error;
  });
  line.clear();
  const changes = differenceOf(facts);
  const path = refreshedFactsPath();
  if (options.dryRun !== true) writeRefreshedFacts(path, facts);
  if (options.json === true) {
    const written = options.dryRun === true ? null : path;
    process.stdout.write(
      `${JSON.stringify({ changes, written, source: facts.source, date: facts.date })}\n`,
    );
    return;
  }
  const end = options.dryRun === true ? 'Nothing was written (--dry-run).' : `Kept in ${path}.`;
  process.stdout.write(`${[...report(changes), end].join('\n')}\n`);
};
