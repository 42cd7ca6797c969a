import { locationOf } from '../aws/ec2/instances/instance-location.ts';
import type { Driver } from '../plane/compute/driver.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import type { World } from '../world/world.ts';
import { findInstance, type AskedInstance } from '../serving/addresses/find-instance.ts';
import type { ConsoleAnswer, EntranceAnswer, InstanceAdmin } from './admin-instances.ts';

/** What access to instances goes by. */
export interface InstanceAccessOptions {
  readonly world: World;
  readonly driver: Driver;
  readonly diskDirectory: (instanceId: string) => string;
}

/** People who look into instances: `faultline ssh` and `faultline logs`. */
export class InstanceAccess implements InstanceAdmin {
  readonly #options: InstanceAccessOptions;

  constructor(options: InstanceAccessOptions) {
    this.#options = options;
  }

  entranceOf(who: AskedInstance, hasTerminal: boolean): EntranceAnswer | DomainError {
    const { world, driver } = this.#options;
    const found = findInstance(world, who);
    if (isDomainError(found)) return found;
    const { id, state, zoneId } = found.instance;
    if (state !== 'running') {
      return new DomainError(
        'ConflictNotRunning',
        `${id} is ${state}: only a running instance can be entered.`,
      );
    }
    // A person comes from outside, as by SSH.
    const vantage = { kind: 'vantage', roundTripMs: () => 0 } as const;
    const instance = { kind: 'instance', ...locationOf(found.instance) } as const;
    if (!world.conditions.reach(vantage, instance).up) {
      return new DomainError(
        'ConflictUnreachable',
        `${id} is silent: no packets reach it in ${zoneId} now. See what is broken with: faultline status`,
      );
    }
    const entrance = driver.enter(id, hasTerminal);
    return isDomainError(entrance) ? entrance : { instanceId: id, ...entrance };
  }

  async consoleOf(who: AskedInstance): Promise<ConsoleAnswer | DomainError> {
    const { world, driver, diskDirectory } = this.#options;
    const found = findInstance(world, who);
    if (isDomainError(found)) return found;
    const { id, state } = found.instance;
    const disk = { instanceId: id, diskDirectory: diskDirectory(id) };
    return {
      instanceId: id,
      state,
      file: driver.consoleFile(disk),
      base64: Buffer.from(await driver.consoleOutput(disk)).toString('base64'),
    };
  }
}
