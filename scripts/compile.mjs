/** Reads the code of the program once, with all services and planes: the cache of compiled code has it then. */
import { join } from 'node:path';
import { root } from './set-up.mjs';

const read = (path) => import(join(root, 'src', path));

await read('cli/commands/up.ts');
await read('server/server.ts');
await read('server/open-live-world.ts');
const { LoadedServices } = await read('aws/loaded-services.ts');
const { nodeHost } = await read('plane/keys/node-host.ts');
await new LoadedServices(nodeHost).loadAll();
await read('admin/world-summary.ts');
await read('admin/open-named-fault.ts');
await read('plane/compute/netns/netns-driver.ts');
await read('plane/compute/process-driver.ts');
await read('plane/compute/mock-driver.ts');
