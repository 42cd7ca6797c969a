import { afterAll, beforeAll } from 'vitest';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { walkAccountsAndRegions } from './walks/accounts-and-regions.ts';
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
