import { writeFileSync } from 'node:fs';
import { areaText } from '../../atlas/choose/area.ts';
import { earthChoiceFacts } from '../../atlas/choose/choice-facts.ts';
import type { PairDetails } from '../../atlas/choose/choose-pair.ts';
import { chooseRegion, type RegionChoice } from '../../atlas/choose/choose-region.ts';
import type { Requirements } from '../../atlas/choose/requirements.ts';
import { choiceJson } from '../choose/choice-json.ts';
import { askedLines, choiceText } from '../choose/choice-text.ts';
import { nothingFitsText } from '../choose/choice-words.ts';
import { requirementsOf } from '../choose/requirements-of-wishes.ts';
import { stdoutPaint } from '../../text/paint.ts';
import { withOptions, type Wishes } from '../choose/wishes.ts';
import { Failed, UsageError } from '../../text/usage-error.ts';
import { version } from '../../text/version.ts';

/** The options of `faultline choose`, as the command line gives them. */
export interface ChooseOptions {
  readonly users?: readonly string[];
  readonly service?: readonly string[];
  readonly instance?: readonly string[];
  readonly storageGb?: string;
  readonly egressGb?: string;
  readonly within?: string;
  readonly maxLatency?: string;
  readonly weights?: string;
  readonly pair?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly html?: string;
}

const shownRegions = 10;

const wishesOfOptions = (options: ChooseOptions): Wishes => ({
  users: options.users ?? [],
  services: options.service ?? [],
  instances: options.instance ?? [],
  storageGb: options.storageGb,
  egressGb: options.egressGb,
  within: options.within,
  maxLatencyMs: options.maxLatency,
  weights: options.weights,
  pair: options.pair,
});

const wishesOf = async (file: string | undefined, options: ChooseOptions): Promise<Wishes> => {
  const fromOptions = wishesOfOptions(options);
  if (file === undefined) return fromOptions;
  const { readWishesFile } = await import('../choose/wishes-file.ts');
  return withOptions(readWishesFile(file), fromOptions);
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const choosePairOf = async (needs: Requirements, options: ChooseOptions): Promise<void> => {
  const { choosePair, pairDetails } = await import('../../atlas/choose/choose-pair.ts');
  const choice = choosePair(needs, earthChoiceFacts);
  const limit = options.all === true ? choice.pairs.length : shownRegions;
  if (options.json === true) {
    const { pairChoiceJson } = await import('../choose/pair-json.ts');
    print(JSON.stringify(pairChoiceJson(choice, needs, earthChoiceFacts, limit), null, 2));
  }
  if (choice.single.ranking.length === 0) throw new Failed(nothingFitsText(choice.single, needs));
  if (choice.pairs.length === 0) {
    throw new Failed(
      `no pair fits: only ${choice.single.ranking.map(({ candidate }) => candidate.region.code).join()} lies within ${needs.within.map(areaText).join(' and ')}. To relax: let --within take in another country.`,
    );
  }
  const shown = choice.pairs
    .slice(0, shownRegions)
    .map((pair) => pairDetails(pair, needs, earthChoiceFacts));
  await writeHtml(options.html, choice.single, shown, needs);
  if (options.json === true) return;
  const { pairText } = await import('../choose/pair-text.ts');
  const paint = stdoutPaint;
  const lines = pairText(choice, needs, earthChoiceFacts, paint, limit);
  print([...askedLines(needs, paint), ...lines].join('\n'));
};

/** A file that cannot be written is the caller's mistake. */
const writeHtml = async (
  file: string | undefined,
  choice: RegionChoice,
  pairs: readonly PairDetails[],
  needs: Requirements,
): Promise<void> => {
  if (file === undefined) return;
  const { choiceHtml } = await import('../choose/choice-html.ts');
  const html = choiceHtml(choice, pairs, needs, version);
  try {
    writeFileSync(file, html);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--html: cannot write ${file}: ${why}`);
  }
};

/** `faultline choose`: which Region, or with --pair which two, and what would change the answer. */
export const choose = async (file: string | undefined, options: ChooseOptions): Promise<void> => {
  const wishes = await wishesOf(file, options);
  const needs = await requirementsOf(wishes);
  if (wishes.pair === true) {
    await choosePairOf(needs, options);
    return;
  }
  const choice = chooseRegion(needs, earthChoiceFacts);
  if (options.json === true) print(JSON.stringify(choiceJson(choice, needs), null, 2));
  if (choice.ranking.length === 0) throw new Failed(nothingFitsText(choice, needs));
  await writeHtml(options.html, choice, [], needs);
  if (options.json === true) return;
  const limit = options.all === true ? choice.ranking.length : shownRegions;
  print(choiceText(choice, needs, stdoutPaint, limit));
};
