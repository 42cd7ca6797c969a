import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * How large the space of young objects may have become before it is worth the 80 ms of processor time that giving it back
 * takes, in bytes.
 */
const largeYoungSpaceBytes = 6 * 2 ** 20;

const youngSpaceBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
    ?.physical_space_size ?? 0;

/** V8's own collector, which gives memory back to the system only when it is told that there is no other way. */
const collector = (): ((options: object) => void) => {
  setFlagsFromString('--expose-gc');
  // A context that is made while the flag is set has V8's collector as a global, whatever its type says.
  const gc = runInNewContext('gc') as (options: object) => void;
  setFlagsFromString('--no-expose-gc');
  return gc;
};

/**
 * Gives back to the system what reading code took: all of it stays, so that V8 takes it for a busy program and makes its
 * space of young objects as large as that of one, and keeps it. Call it where the program stood still anyway.
 */
export const returnMemory = (): void => {
  if (youngSpaceBytes() < largeYoungSpaceBytes) return;
  collector()({ type: 'major', flavor: 'last-resort' });
};
