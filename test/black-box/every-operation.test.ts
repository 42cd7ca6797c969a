import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answeredOperations } from '../support/aws-clients.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { walkAccountsAndRegions } from './walks/accounts-and-regions.ts';
import { walkBalancers } from './walks/balancers.ts';
import { walkDns } from './walks/dns.ts';
import { walkInstances } from './walks/instances.ts';
import { walkNetworks } from './walks/networks.ts';
import { walkSecurity } from './walks/security.ts';

let running: Running;
beforeAll(async () => {
  // Waiting for world time must not become waiting.
  running = await startReady({ speed: 600 });
});
afterAll(async () => {
  await stop(running);
});

const world = (): Running => running;

walkAccountsAndRegions(world);
walkNetworks(world);
walkSecurity(world);
walkInstances(world);
walkDns(world);
walkBalancers(world);

it('walked through every operation of docs/coverage.md', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'coverage.md'), 'utf8');
  const listed: string[] = [];
  // A row of the table names the credential scope of a service; the section of its title lists the operations.
  for (const [, title, scope] of page.matchAll(/^\| ([^|]+) \| `([a-z0-9]+)` \|/gm)) {
    const section = page.split(`## ${title ?? ''}\n`)[1]?.split('\n## ')[0] ?? '';
    for (const [, operation] of section.matchAll(/^- (\w+)$/gm)) {
      listed.push(`${scope ?? ''}:${operation ?? ''}`);
    }
  }
  expect(listed.length).toBeGreaterThan(100);
  expect([...answeredOperations].toSorted()).toEqual(listed.toSorted());
});
