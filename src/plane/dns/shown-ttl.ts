/** The TTL a client sees: world seconds become real ones, one at least; zero stays zero. Caches count whole seconds. */
export const shownTtl = (ttlSeconds: number, speed: number): number =>
  ttlSeconds === 0 ? 0 : Math.max(1, Math.round(ttlSeconds / speed));

/** A TTL that is off by more than this share, in world time, is worth telling a person. */
const toleratedRounding = 0.05;

/** Whether a speed rounds a shown TTL by more than 5 %. */
export const isRounded = (ttlSeconds: number, speed: number): boolean =>
  Math.abs(shownTtl(ttlSeconds, speed) * speed - ttlSeconds) > toleratedRounding * ttlSeconds;

/** What a person is told about a rounded TTL, one line. */
export const roundingText = (ttlSeconds: number, speed: number): string => {
  const shownSeconds = shownTtl(ttlSeconds, speed);
  const keptSeconds = Number((shownSeconds * speed).toPrecision(4));
  const share = keptSeconds / ttlSeconds - 1;
  const off = `${Math.abs(100 * share).toFixed(0)} % too ${share > 0 ? 'long' : 'short'}`;
  return (
    `at speed ${speed} DNS shows a TTL of ${ttlSeconds} s as ${shownSeconds} s, since caches keep whole seconds: ` +
    `they keep such answers for ${keptSeconds} s of world time, ${off}`
  );
};
