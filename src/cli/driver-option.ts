import { driverNames, type AskedDriver } from '../server/choose-driver.ts';
import { UsageError } from '../text/usage-error.ts';

/** The driver that `--driver` names. */
export const driverOf = (name: string): AskedDriver => {
  const asked = ['auto', ...driverNames] as const;
  const found = asked.find((known) => known === name);
  if (found !== undefined) return found;
  throw new UsageError(`--driver is one of ${asked.join(', ')}, not '${name}'.`);
};
