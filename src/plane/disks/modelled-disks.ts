import type { Disks, RealContents } from './disks.ts';

const nothing: RealContents = { blockCount: 0, changedBlockCount: 0, digest: '' };

/** Disks of virtual time: they hold nothing real, and are done at once. Modelled contents stand in the world. */
export const createModelledDisks = (): Disks => ({
  placeVolume: () => undefined,
  eraseVolume: () => undefined,
  capture: () => nothing,
  contents: () => nothing,
  copySize: () => 0,
  copy: () => nothing,
  dropSnapshot: () => undefined,
  sweep: () => undefined,
  close: () => Promise.resolve(),
});
