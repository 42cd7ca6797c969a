import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answeredOperations } from '../support/aws-clients.ts';
import { listedOperations } from '../support/coverage-page.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';

let running: Running;
beforeAll(async () => {
  // Waiting for world time must not become waiting.
  running = await startReady({ speed: 600 });
});
afterAll(async () => {
  await stop(running);
});

const world = (): Running => running;

/** A walk is a function whose name begins so; each defines its tests. */
type Walk = (world: () => Running) => void;

const walks = readdirSync(join(import.meta.dirname, 'walks')).map((file) =>
  file.replace(/\.ts$/, ''),
);
for (const name of walks.toSorted()) {
  const module: Readonly<Record<string, unknown>> = await import(`./walks/${name}.ts`);
  const found = Object.entries(module).filter(([exported]) => exported.startsWith('walk'));
  if (found.length === 0) throw new Error(`walks/${name}.ts exports no walk`);
  // What a file here exports under such a name is a walk.
  for (const [, walk] of found) (walk as Walk)(world);
}

it('walked through every operation of docs/coverage.md', () => {
  expect([...answeredOperations].toSorted()).toEqual(listedOperations());
});
