import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { useRefreshedFacts, type RefreshedFacts } from '../../atlas/refreshed-facts.ts';
import { UsageError } from '../../text/usage-error.ts';

/** The file's form; a version that reads another one says so. */
const format = 1;

/** Where refreshed facts lie: `FAULTLINE_ATLAS`, else a file of the user's own data. */
export const refreshedFactsPath = (): string =>
  process.env['FAULTLINE_ATLAS'] ??
  join(
    process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'),
    'faultline',
    'atlas.json',
  );

/** Writes the facts, so that a reader sees the old ones or the new ones and nothing between. */
export const writeRefreshedFacts = (path: string, facts: RefreshedFacts): void => {
  mkdirSync(dirname(path), { recursive: true });
  const text = `${JSON.stringify({ format, ...facts }, undefined, 1)}\n`;
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};

const isFacts = (value: unknown): value is RefreshedFacts & { readonly format: number } => {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Set(Object.keys(value));
  return ['format', 'source', 'date', 'regions', 'newServices', 'prices'].every((name) =>
    members.has(name),
  );
};

/** Lets choosing go by refreshed facts, when there are any; a file that is none is a UsageError that names it. */
export const loadRefreshedFacts = (): void => {
  const path = refreshedFactsPath();
  if (!existsSync(path)) return;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${String(error)}. Remove it, or run: faultline atlas update`,
    );
  }
  if (!isFacts(value) || value.format !== format) {
    throw new UsageError(
      `${path} holds no facts of this version. Remove it, or run: faultline atlas update`,
    );
  }
  useRefreshedFacts(value);
};
