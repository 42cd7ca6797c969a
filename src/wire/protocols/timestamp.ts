import type { TimestampFormat } from '../shape.ts';

/**
 * ISO 8601 with milliseconds, as EC2, Elastic Load Balancing and Route 53 write times. Many entities of one
 * answer carry the same time, so the last one written is kept.
 */
const iso8601 = (() => {
  let lastMs = Number.NaN;
  let lastText = '';
  return (ms: number): string => {
    if (ms !== lastMs) {
      lastText = new Date(ms).toISOString();
      lastMs = ms;
    }
    return lastText;
  };
})();

/** Writes a time (milliseconds since 1970) as text, where the protocol wants text. */
export const timestampText = (ms: number, format: TimestampFormat): string => {
  switch (format) {
    case 'iso8601':
      return iso8601(ms);
    case 'rfc822':
      return new Date(ms).toUTCString();
    case 'unixTimestamp':
      return String(ms / 1_000);
  }
};

/** The last instant that a JavaScript date can name, in milliseconds since 1970 (ECMAScript, "Time Values"). */
const lastInstantMs = 8_640_000_000_000_000;

/** Seconds since 1970 as milliseconds; undefined when no date is that far away. */
export const secondsToMs = (seconds: number): number | undefined => {
  const ms = Math.round(seconds * 1_000);
  return Number.isFinite(ms) && Math.abs(ms) <= lastInstantMs ? ms : undefined;
};

/**
 * Reads a time in any of the forms that AWS's clients send (ISO 8601, RFC 822, seconds since 1970) as
 * milliseconds since 1970; undefined when it is none of them.
 */
export const parseTimestamp = (text: string): number | undefined => {
  if (text === '') return undefined;
  const seconds = Number(text);
  if (!Number.isNaN(seconds)) return secondsToMs(seconds);
  // A time without a zone is UTC to AWS; JavaScript alone would take the host's zone.
  const ms = Date.parse(/T[\d:.]+$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(ms) ? undefined : ms;
};
