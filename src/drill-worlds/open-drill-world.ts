import type { DrillWorld, DrillWorldOptions } from '../drill/ports.ts';

/** Opens a world for one drill; what the other mode needs is not even loaded. */
export const openDrillWorld = async (
  mode: DrillWorld['mode'],
  options: DrillWorldOptions,
): Promise<DrillWorld> => {
  if (mode === 'virtual') {
    const { VirtualDrill } = await import('./virtual-drill-world.ts');
    return await VirtualDrill.open(options);
  }
  const { LiveDrill } = await import('./live-drill-world.ts');
  return await LiveDrill.open(options);
};
