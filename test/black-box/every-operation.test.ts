import { afterAll, beforeAll, expect, it } from 'vitest';
import { answeredOperations } from '../support/aws-clients.ts';
import { listedOperations } from '../support/coverage-page.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { walkAccountsAndRegions } from './walks/accounts-and-regions.ts';
import { walkAddresses } from './walks/addresses.ts';
import { walkAutoScaling } from './walks/auto-scaling.ts';
import { walkAutoScalingLifecycle } from './walks/auto-scaling-lifecycle.ts';
import { walkAutoScalingPolicies } from './walks/auto-scaling-policies.ts';
import { walkBalancers } from './walks/balancers.ts';
import { walkCloudWatch } from './walks/cloudwatch.ts';
import { walkDns } from './walks/dns.ts';
import { walkEbsDirect } from './walks/ebs-direct.ts';
import { walkGeography } from './walks/geography.ts';
import { walkIam } from './walks/iam.ts';
import { walkImages } from './walks/images.ts';
import { walkInstances } from './walks/instances.ts';
import { walkLaunchTemplates } from './walks/launch-templates.ts';
import { walkNatGateways } from './walks/nat-gateways.ts';
import { walkNetworks } from './walks/networks.ts';
import { walkSecurity } from './walks/security.ts';
import { walkSnapshots } from './walks/snapshots.ts';
import { walkVolumes } from './walks/volumes.ts';

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
walkGeography(world);
walkNetworks(world);
walkNatGateways(world);
walkSecurity(world);
walkInstances(world);
walkVolumes(world);
walkSnapshots(world);
walkEbsDirect(world);
walkImages(world);
walkAddresses(world);
walkDns(world);
walkBalancers(world);
walkCloudWatch(world);
walkLaunchTemplates(world);
walkIam(world);
walkAutoScaling(world);
walkAutoScalingLifecycle(world);
walkAutoScalingPolicies(world);

it('walked through every operation of docs/coverage.md', () => {
  expect([...answeredOperations].toSorted()).toEqual(listedOperations());
});
