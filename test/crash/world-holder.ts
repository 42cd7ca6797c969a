/** What the process of a test does: it starts a world with an instance, says where it runs, and waits. */
import { launchWith, stateOf } from '../black-box/web-server.ts';
import { awsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { startReady } from '../support/faultline-process.ts';
import { endWithParent } from '../support/tied-program.ts';

endWithParent();
const world = await startReady({ driver: 'process', speed: 100 });
const aws = awsClients(world.endpoint);
const id = await launchWith(aws, '#!/bin/sh\nexec sleep 600\n');
await eventually(async () => (await stateOf(aws, id)) === 'running');
process.stdout.write(`${String(world.child.pid)}\n`);
