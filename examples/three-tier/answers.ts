import { setTimeout as delay } from 'node:timers/promises';

/** What AWS always answers although its types say that it may be missing. */
export const given = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`There was no ${what} in the answer.`);
  return value;
};

/** Asks again and again until there is an answer; the SDK's own waiters pause for 15 seconds. */
export const until = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
  for (let tries = 0; tries < 3000; tries += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(50);
  }
  throw new Error(`${what} did not come.`);
};
