import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { effectRules, fieldsOfEffect, type FaultEffect } from './fault-effects.ts';
import { targetWords, type FaultTarget } from './fault-targets.ts';

it('is what docs/faults.md says of it', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'faults.md'), 'utf8');
  // The keys of these tables are kinds of targets, and effects.
  const kinds = Object.keys(effectRules) as readonly FaultTarget['kind'][];
  const rows = kinds.flatMap((kind) =>
    (Object.keys(effectRules[kind]) as readonly FaultEffect[]).map((effect) => {
      const rule = effectRules[kind][effect] ?? {};
      const fields = fieldsOfEffect(effect, rule)
        .filter((field) => !['duration', 'seed'].includes(field))
        .map((field) => `\`${field}\``);
      const manners = rule.manners?.join(', ') ?? '';
      return `| ${targetWords[kind]} | \`${effect}\` | ${fields.join(', ')} | ${manners} |`;
    }),
  );
  const shown = page.split('\n').filter((line) => /^\| an? .* \| `/.test(line));
  const tidy = (row: string): string => row.replaceAll(/ +/g, ' ');
  expect(shown.map(tidy)).toEqual(rows.map(tidy));
});
