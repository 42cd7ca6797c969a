import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Leftover } from '../plane/compute/driver.ts';
import type { Log } from '../text/log.ts';
import { isDriverName, tryDriver, type DriverName, type DriverSite } from './choose-driver.ts';

/** Where a world's directory keeps which driver ran its instances last. */
const lastDriverFile = 'last-driver';

/** Which one that was; undefined in a directory in which nothing ran yet. */
const lastDriverOf = (
  directory: string,
  { stateDirectory }: DriverSite,
): DriverName | undefined => {
  const file = join(directory, lastDriverFile);
  const name = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (isDriverName(name)) return name;
  // Versions that did not write it down had processes, if anything.
  return existsSync(stateDirectory) ? 'process' : undefined;
};

const sweptBy = async (
  name: DriverName,
  site: DriverSite,
): Promise<readonly Leftover[] | { readonly whyNot: string }> => {
  const tried = await tryDriver(name);
  if ('whyNot' in tried) return tried;
  const driver = await tried.create(site);
  try {
    return await driver.sweep();
  } finally {
    await driver.close();
  }
};

/**
 * Ends what the last start of a world's directory left behind when it ran another driver: the one that is to run now
 * looks for its own machines alone. Remembers the driver of this start for the next one.
 */
export const endOthersLeftovers = async (
  directory: string,
  now: DriverName,
  site: DriverSite,
  log: Log,
): Promise<void> => {
  const before = lastDriverOf(directory, site);
  if (before !== undefined && before !== now) {
    const swept = await sweptBy(before, site);
    if ('whyNot' in swept) {
      log.warn(
        { driver: before },
        `what it may have left behind is not looked for: ${swept.whyNot}`,
      );
    } else {
      for (const leftover of swept) {
        log.info({ ...leftover, driver: before }, 'ended what an earlier run left behind');
      }
    }
  }
  writeFileSync(join(directory, lastDriverFile), `${now}\n`);
};
