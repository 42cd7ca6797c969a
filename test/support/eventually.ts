import { setTimeout as delay } from 'node:timers/promises';

/**
 * Tries until it succeeds: until `attempt` neither throws nor answers undefined or false. After the deadline
 * (real milliseconds) the last failure is thrown, so that a test says what it saw instead of that time was up.
 */
export const eventually = async <T>(
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 10_000,
): Promise<T> => {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const left = end - performance.now();
    try {
      const answer = await attempt();
      if (answer !== undefined && answer !== false) return answer;
      if (left <= 0) throw new Error(`It did not happen within ${deadlineMs} ms.`);
    } catch (error) {
      if (left <= 0) throw error;
    }
    await delay(25);
  }
};
