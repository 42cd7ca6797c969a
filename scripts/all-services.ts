import { noHost } from '../src/aws/host.ts';
import { LoadedServices } from '../src/aws/loaded-services.ts';
import type { Service } from '../src/aws/operation.ts';

/** All services with their code, for what goes through all of them. */
export const allServices: readonly Service[] = await new LoadedServices(noHost).loadAll();
