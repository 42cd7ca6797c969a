/** Making one takes long, and a world has few time zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format;
};

/** Whether this is a name of the IANA Time Zone Database, as the runtime knows it. */
export const isTimeZone = (timeZone: string): boolean => {
  try {
    formatOf(timeZone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** By how much the clocks of a time zone are ahead of UTC at a moment of world time. */
export const zoneOffsetMs = (timeZone: string, worldMs: number): number => {
  if (timeZone === 'UTC') return 0;
  const name = formatOf(timeZone)
    .formatToParts(worldMs)
    .find((part) => part.type === 'timeZoneName');
  const [, sign, hours = '0', minutes = '0'] =
    /^GMT([+-])(\d{2}):(\d{2})/.exec(name?.value ?? '') ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -offset : offset;
};
