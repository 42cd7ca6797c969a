import type { DrillWorld, DrillWorldOptions } from '../drill/ports.ts';
import type { LiveDrillOptions } from './live-drill-world.ts';

/** Opens a world in virtual time for one drill; what a live one needs is not even loaded. */
export const openVirtualDrill = async (options: DrillWorldOptions): Promise<DrillWorld> => {
  const { VirtualDrill } = await import('./virtual-drill-world.ts');
  return await VirtualDrill.open(options);
};

/** Opens a live world for one drill; what a virtual one needs is not even loaded. */
export const openLiveDrill = async (options: LiveDrillOptions): Promise<DrillWorld> => {
  const { LiveDrill } = await import('./live-drill-world.ts');
  return await LiveDrill.open(options);
};
