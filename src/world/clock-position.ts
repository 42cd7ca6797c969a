import { defineTable, noAccount, worldShard, type Entity } from './entity.ts';
import type { World } from './world.ts';

/** How far world time may have come: what a world that was killed begins from. */
interface ClockPosition extends Entity {
  readonly reservedUntilMs: number;
}

const ClockPositions = defineTable<ClockPosition>('clock-positions');

/** The world time from which a recovered world goes on, so that it never runs backwards; 0 when none was kept. */
export const reservedWorldTime = (world: Pick<World, 'view'>): number =>
  world.view(worldShard, noAccount).get(ClockPositions, 'clock')?.reservedUntilMs ?? 0;

/** Keeps in the journal that world time may come as far as this. */
export const reserveWorldTime = (world: World, untilMs: number): void => {
  world.transact(worldShard, noAccount, (tx) =>
    tx.put(ClockPositions, { id: 'clock', reservedUntilMs: untilMs }),
  );
};
