import { primaryInterface } from '../../aws/ec2/instances/instance-answer.ts';
import type { Instance } from '../../aws/ec2/instances/instance-entities.ts';
import { Instances, InstanceUserDatas } from '../../aws/ec2/instances/instance-entities.ts';
import {
  desiredMachine,
  observeConsole,
  observeInstance,
  type DesiredMachine,
  type InstanceObservation,
} from '../../aws/ec2/instances/instance-plane.ts';
import { rootIo } from '../../aws/ec2/storage/volume-io.ts';
import { tagsOf } from '../../aws/shared/tags.ts';
import { securityRulesOf } from './security-runner.ts';
import type { Driver, InstanceSpecification, Observation } from '../../plane/compute/driver.ts';
import type { InstanceMetadata } from '../../plane/compute/instance-metadata.ts';
import { Faults } from '../../world/faults.ts';
import type { Commit, World } from '../../world/world.ts';

/** Where an instance is to run. */
interface InstanceSockets {
  instanceAddress(instanceId: string): string;
  /** Its addresses are no longer needed. */
  release(instanceId: string): void;
  diskDirectory(instanceId: string): string;
}

/** What an instance's boot has to wait for: its volumes, and snapshots that are taken while it is off. */
export interface InstanceDisks {
  /** Everything that the boot needs is there; a promise when it is not yet. */
  ready(instanceId: string): Promise<void> | undefined;
  /** Whether something is to be done while the instance is off, so that a reboot is a stop and a boot. */
  needsOff(instanceId: string): boolean;
  /** What an instance finds of its volumes in its environment. */
  environment(
    region: string,
    account: string,
    instanceId: string,
  ): Readonly<Record<string, string>>;
}

/** Disks that are always ready. */
const readyDisks: InstanceDisks = {
  ready: () => undefined,
  needsOff: () => false,
  environment: () => ({}),
};

export interface InstanceRunnerOptions {
  readonly world: World;
  readonly driver: Driver;
  readonly sockets: InstanceSockets;
  readonly disks?: InstanceDisks;
  /** What an instance's metadata service tells of it. */
  readonly metadata: (
    region: string,
    account: string,
    instanceId: string,
  ) => InstanceMetadata | undefined;
  /** The URL of the AWS API, as programs in instances reach it; undefined while it is not known. */
  readonly endpoint: () => string | undefined;
  readonly onProblem: (instanceId: string, message: string) => void;
}

/** What the driver was last told to make of an instance. */
interface Machine {
  readonly region: string;
  readonly account: string;
  power: 'on' | 'frozen' | 'off';
  bootNumber: number;
  isErased: boolean;
}

/** What the world is told of a machine's boot; that one is off is what it asked for itself. */
const toInstanceObservation = (
  observation: Observation,
  bootNumber: number,
): InstanceObservation | undefined => {
  const { instanceId } = observation;
  switch (observation.kind) {
    case 'booted':
    case 'shutdown':
      return { kind: observation.kind, instanceId, bootNumber };
    case 'exited': {
      const { code, signal } = observation;
      const detail = signal === undefined ? `exit code ${code ?? 0}` : `signal ${signal}`;
      return { kind: 'exited', instanceId, bootNumber, detail };
    }
    case 'failed':
      return { kind: 'failed', instanceId, bootNumber, detail: observation.message };
    case 'stopped':
      return undefined;
  }
};

/**
 * Makes the driver's machines as the world says they are to be, and brings what it sees back into the world. It
 * goes by what is and what should be: after a crash it simply begins again.
 */
export class InstanceRunner {
  readonly #options: InstanceRunnerOptions;
  readonly #machines = new Map<string, Machine>();
  /** What must be over before the driver is told more about an instance. */
  readonly #waits = new Map<string, Promise<void>>();
  readonly #stopWatching: () => void;
  readonly #stopObserving: () => void;
  #isStopped = false;

  constructor(options: InstanceRunnerOptions) {
    this.#options = options;
    this.#stopObserving = options.driver.observe((observation) => this.#observed(observation));
    this.#stopWatching = options.world.subscribe((commit) => this.#look(commit));
    this.convergeAll();
  }

  /** Looks at every instance. */
  convergeAll(): void {
    for (const view of this.#options.world.regionalViews()) {
      for (const instance of view.list(Instances)) {
        this.#converge(view.shard, view.account, instance);
      }
    }
  }

  /** Brings what a machine has printed into the world, for GetConsoleOutput. */
  async refreshConsole(region: string, account: string, instanceId: string): Promise<void> {
    const { world, driver, sockets } = this.#options;
    if (world.view(region, account).get(Instances, instanceId) === undefined) return;
    const bytes = await driver.consoleOutput({
      instanceId,
      diskDirectory: sockets.diskDirectory(instanceId),
    });
    world.transact(region, account, (tx) => observeConsole(tx, instanceId, bytes));
  }

  /**
   * Runs something while nothing in these instances writes: those that are on are frozen meanwhile, and what the world
   * asks of them waits.
   */
  async quiesced<T>(instanceIds: readonly string[], work: () => Promise<T>): Promise<T> {
    const done = Promise.withResolvers<void>();
    const before = Promise.all(instanceIds.map((id) => this.#over(id)));
    for (const id of instanceIds) this.#then(id, () => done.promise);
    await before;
    const { driver } = this.#options;
    const isOn = (id: string): boolean => this.#machines.get(id)?.power === 'on';
    const running = instanceIds.filter(isOn);
    try {
      await Promise.all(running.map((id) => driver.freeze(id)));
      return await work();
    } finally {
      // One that has lost its power meanwhile must not revive; what else was asked of it comes after this.
      const thawing = running.filter((id) => this.#machines.get(id)?.power !== 'frozen');
      await Promise.all(thawing.map((id) => driver.unfreeze(id)));
      done.resolve();
    }
  }

  /** Stops following the world, and calls off what the driver was yet to be told; its machines stay as they are. */
  stop(): void {
    this.#isStopped = true;
    this.#stopWatching();
    this.#stopObserving();
  }

  #look(commit: Commit): void {
    if (commit.changes.some((change) => change.table === Faults.name)) {
      this.convergeAll();
      return;
    }
    for (const change of commit.changes) {
      if (change.table !== Instances.name) continue;
      if (change.op === 'delete') this.#forget(change.id);
      // Only instances are put in this table.
      else this.#converge(commit.shard, change.account, change.entity as Instance);
    }
  }

  #converge(region: string, account: string, instance: Instance): void {
    const { world, driver } = this.#options;
    const desired = desiredMachine(world.view(region, account), instance);
    const machine = this.#machine(region, account, instance.id);
    const { power, bootNumber } = machine;
    if (power === desired.power && (power === 'off' || bootNumber === desired.bootNumber)) {
      if (desired.erase && !machine.isErased) this.#erase(instance.id, machine);
      return;
    }
    machine.power = desired.power;
    // One that is frozen keeps the boot that it was frozen in, whatever is asked for meanwhile.
    if (desired.power !== 'frozen') machine.bootNumber = desired.bootNumber;
    switch (desired.power) {
      case 'on':
        this.#switchOn(region, account, instance, power, bootNumber !== desired.bootNumber);
        break;
      case 'frozen':
        if (power === 'on') this.#do(instance.id, () => driver.freeze(instance.id));
        break;
      case 'off':
        this.#switchOff(instance, desired);
        if (desired.erase) this.#erase(instance.id, machine);
        break;
    }
  }

  #switchOn(
    region: string,
    account: string,
    instance: Instance,
    before: Machine['power'],
    isNewBoot: boolean,
  ): void {
    const { driver, world } = this.#options;
    const { id } = instance;
    if (isNewBoot && rootIo(world.view(region, account), instance).io === 'full') {
      this.#refuseBoot(region, account, instance, before);
      return;
    }
    // Read when it is told, which may be later: volumes come and go.
    const specification = () => this.#specification(region, account, instance);
    if (before === 'frozen' && !isNewBoot) {
      this.#do(id, () => driver.unfreeze(id));
      return;
    }
    // Its memory was lost with the power: nothing of it is asked to end.
    if (before === 'frozen') this.#do(id, () => driver.kill(id));
    if (before === 'on') {
      if (!this.#disks.needsOff(id)) {
        this.#do(id, () => driver.reboot(specification()));
        return;
      }
      this.#then(id, async () => {
        await driver.stop(id);
        await this.#disks.ready(id);
      });
    } else if (this.#disks.ready(id) !== undefined) {
      this.#then(id, async () => this.#disks.ready(id));
    }
    this.#do(id, () => driver.boot(specification()));
  }

  /** A boot writes to its disk: one that takes no more lets no operating system come up. */
  #refuseBoot(region: string, account: string, instance: Instance, before: Machine['power']): void {
    const { driver, world } = this.#options;
    const { id: instanceId, bootNumber } = instance;
    if (before !== 'off') this.#do(instanceId, () => driver.kill(instanceId));
    const detail = 'No space left on device';
    world.transact(region, account, (tx) =>
      observeInstance(tx, { kind: 'failed', instanceId, bootNumber, detail }),
    );
  }

  #switchOff(instance: Instance, desired: DesiredMachine): void {
    const { driver } = this.#options;
    this.#do(instance.id, () =>
      desired.shutdown === 'orderly' ? driver.stop(instance.id) : driver.kill(instance.id),
    );
  }

  /** The instance is gone for good, and its disk with it; what it printed can still be read. */
  #erase(instanceId: string, machine: Machine): void {
    const { driver, sockets } = this.#options;
    machine.isErased = true;
    const disk = { instanceId, diskDirectory: sockets.diskDirectory(instanceId) };
    this.#do(instanceId, async () => {
      const problem = await driver.kill(instanceId);
      // Volumes that outlive it are taken home first.
      await this.#disks.ready(instanceId);
      await driver.eraseDisk(disk);
      return problem;
    });
  }

  #specification(region: string, account: string, instance: Instance): InstanceSpecification {
    const { world, sockets, metadata } = this.#options;
    const view = world.view(region, account);
    const networkInterface = primaryInterface(view, instance);
    const userData = view.get(InstanceUserDatas, instance.id);
    const rules =
      this.#options.driver.network === undefined ? undefined : securityRulesOf(view, instance);
    const environment = (): Readonly<Record<string, string>> => {
      const endpoint = this.#options.endpoint();
      return {
        // Without it an SDK in an instance would speak to the real AWS.
        ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
        ...this.#disks.environment(region, account, instance.id),
      };
    };
    return {
      instanceId: instance.id,
      region,
      account,
      zoneId: instance.zoneId,
      instanceType: instance.instanceType,
      imageId: instance.imageId,
      diskDirectory: sockets.diskDirectory(instance.id),
      // Where no program runs nobody asks for it, and none is taken.
      get address() {
        return sockets.instanceAddress(instance.id);
      },
      privateAddress: networkInterface?.privateIpAddress ?? '',
      userData: userData === undefined ? undefined : Buffer.from(userData.base64, 'base64'),
      get environment() {
        return environment();
      },
      tags: Object.fromEntries(tagsOf(view, instance.id).map((tag) => [tag.Key, tag.Value])),
      metadata: () => metadata(region, account, instance.id),
      ...(rules === undefined ? {} : { securityRules: rules }),
    };
  }

  #machine(region: string, account: string, instanceId: string): Machine {
    const known = this.#machines.get(instanceId);
    if (known !== undefined) return known;
    const machine: Machine = { region, account, power: 'off', bootNumber: 0, isErased: false };
    this.#machines.set(instanceId, machine);
    return machine;
  }

  #forget(instanceId: string): void {
    this.#machines.delete(instanceId);
    this.#options.sockets.release(instanceId);
  }

  get #disks(): InstanceDisks {
    return this.#options.disks ?? readyDisks;
  }

  /** Settles when nothing is left that the driver's next task about an instance has to wait for. */
  #over(instanceId: string): Promise<void> {
    return this.#waits.get(instanceId) ?? Promise.resolve();
  }

  /** What is told about the instance from now on comes after this, which itself comes after what was before. */
  #then(instanceId: string, work: () => Promise<void>): void {
    const over = this.#over(instanceId)
      .then(work)
      .catch((error: unknown) => this.#options.onProblem(instanceId, String(error)))
      .then(() => {
        if (this.#waits.get(instanceId) === over) this.#waits.delete(instanceId);
      });
    this.#waits.set(instanceId, over);
  }

  /** Tells the driver, at once unless something must be over before. */
  #do(instanceId: string, tell: () => Promise<{ readonly message: string } | undefined>): void {
    const { onProblem } = this.#options;
    const run = async (): Promise<void> => {
      if (this.#isStopped) return;
      const problem = await tell();
      if (problem !== undefined) onProblem(instanceId, problem.message);
    };
    if (this.#waits.has(instanceId)) this.#then(instanceId, run);
    else run().catch((error: unknown) => onProblem(instanceId, String(error)));
  }

  #observed(observation: Observation): void {
    const machine = this.#machines.get(observation.instanceId);
    if (machine === undefined) return;
    const told = toInstanceObservation(observation, machine.bootNumber);
    if (told === undefined) return;
    this.#options.world.transact(machine.region, machine.account, (tx) =>
      observeInstance(tx, told),
    );
  }
}
