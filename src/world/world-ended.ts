/**
 * The world has ended, by a reset or a stop: whoever still asks it for something comes too late. No bug and no failure
 * of the disk; the one who waits for an answer is told.
 */
export class WorldEnded extends Error {
  override readonly name = 'WorldEnded';

  constructor() {
    super('The world that this was asked of has ended.');
  }
}
