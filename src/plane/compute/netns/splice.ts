import type { Socket } from 'node:net';

/**
 * Joins two connections: what comes from one goes to the other, its end too, no faster than it is read. One that breaks
 * breaks the other.
 */
export const splice = (one: Socket, other: Socket): void => {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.setNoDelay(true);
    from.on('error', () => to.resetAndDestroy());
    from.once('close', () => {
      // One that ended in order has said so through the pipe; the other may still have something to say.
      if (!from.readableEnded || !from.writableFinished) to.destroy();
    });
    from.pipe(to);
  }
};
