/** Real ms between two beats: a process that did not get on for much longer is found out. */
export const beatMs = 50;

/**
 * Beats in this process's event loop and tells by how many real milliseconds each beat came late. Returns a way to stop.
 * It keeps no process alive.
 */
export const startHeartbeat = (beat: (lateMs: number) => void): (() => void) => {
  let dueMs = performance.now() + beatMs;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    timer = setTimeout(() => {
      const now = performance.now();
      const lateMs = now - dueMs;
      // The next beat counts from now: one stall is told once.
      dueMs = now + beatMs;
      next();
      beat(Math.max(0, lateMs));
    }, beatMs);
    timer.unref();
  };
  next();
  return () => clearTimeout(timer);
};
