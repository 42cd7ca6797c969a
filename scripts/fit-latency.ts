/**
 * Fits the latency model anew: `node scripts/fit-latency.ts`. Run it after the measured round trips, the places of
 * Regions or the cable routes changed. It writes the coefficients and the numbers in docs/atlas.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beginMark, docsText, endMark, factsText, latencyNumbers } from './latency-numbers.ts';

const root = join(import.meta.dirname, '..');
const numbers = latencyNumbers();
writeFileSync(join(root, 'src', 'atlas', 'facts', 'latency-model.json'), factsText(numbers));

const page = join(root, 'docs', 'atlas.md');
const text = readFileSync(page, 'utf8');
const [before, rest] = text.split(beginMark);
const after = rest?.split(endMark)[1];
if (before === undefined || after === undefined) {
  throw new Error(`docs/atlas.md lost its marks '${beginMark}' and '${endMark}'.`);
}
writeFileSync(page, `${before}${beginMark}\n\n${docsText(numbers)}\n\n${endMark}${after}`);
process.stdout.write(`${docsText(numbers)}\n`);
