const two = (value: number): string => String(value).padStart(2, '0');

/**
 * Date and time of day of world time. Pure code has no `Date`; the days of the calendar are counted in eras of 400
 * years that begin in March (Howard Hinnant, "chrono-compatible low-level date algorithms").
 */
const dateAndTime = (worldMs: number): readonly [date: string, time: string] => {
  const seconds = Math.floor(worldMs / 1000);
  const days = Math.floor(seconds / 86_400);
  const ofDay = seconds - days * 86_400;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const time = [ofDay / 3600, (ofDay / 60) % 60, ofDay % 60].map((part) => two(Math.floor(part)));
  return [`${year}-${two(month)}-${two(day)}`, time.join(':')];
};

/** World time as EC2 writes it in texts, for example `2026-01-02 03:04:05 GMT`. */
export const utcText = (worldMs: number): string => `${dateAndTime(worldMs).join(' ')} GMT`;

/** World time in the form of ISO 8601 that filters on times compare, for example `2026-01-02T03:04:05.000Z`. */
export const isoText = (worldMs: number): string =>
  `${dateAndTime(worldMs).join('T')}.${String(worldMs % 1000).padStart(3, '0')}Z`;

/** World time without its part of a second: EC2 tells launches and attachments so. */
export const wholeSecond = (worldMs: number): number => worldMs - (worldMs % 1000);

/** World time of the moment that a text in the form `2026-01-02T03:04:05Z` names; undefined of another form. */
export const msOfIsoText = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (
    text.match(/\d+/g) ?? []
  ).map(Number);
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * 146_097 + dayOfEra - 719_468;
  return (days * 86_400 + hour * 3600 + minute * 60 + second) * 1000;
};
