import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../world/domain-error.ts';
import type {
  CpuReading,
  Driver,
  Entrance,
  InstanceDisk,
  InstanceSpecification,
  Leftover,
  ListedMachine,
  Observation,
} from './driver.ts';
import { endLeftovers } from './leftovers.ts';
import { Machine, consolePath, machineDirectory, notEnterable } from './machine.ts';
import { readConsole } from './machine-console.ts';
import { hostNetwork } from './machine-network.ts';
import type { MachineNetwork } from './machine-network.ts';
import { SharedLooks, hostProcessTable } from './process-table.ts';
import type { ProcessTable } from './process-table.ts';
import { startReaper } from './reaper.ts';
import type { Reaper } from './reaper.ts';
import { orHostProblem } from './system-problem.ts';

/** What a process driver is made of. */
export interface ProcessDriverOptions {
  /** Where it writes down what runs, for a later run: a directory of its own below the data directory. */
  readonly stateDirectory: string;
  /** Tells this world from others on the host: the same at each start of one data directory; no slash. */
  readonly worldId: string;
  /** The loopback address of the metadata services, one port for each instance. */
  readonly metadataAddress: string;
  /** The `PATH` that instances get: the host's unless given. */
  readonly path?: string;
  /** How long a machine that is asked to stop may take, in real milliseconds. */
  readonly stopGraceMs?: number;
  /** The same when the whole world stops. */
  readonly closeGraceMs?: number;
  readonly table?: ProcessTable;
}

/** Tells a run of a world from all others: what it starts carries both. */
export interface WorldRun {
  readonly worldId: string;
  readonly runId: string;
}

/** Runs each instance as a process group, in the network that it is given. */
export class ProcessGroupDriver implements Driver {
  readonly name: string;
  readonly #options: ProcessDriverOptions;
  readonly #network: MachineNetwork;
  readonly #runId = randomBytes(8).toString('hex');
  readonly #table: ProcessTable;
  readonly #looks: SharedLooks;
  readonly #machines = new Map<string, Machine>();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<(observation: Observation) => void>();
  #reaper: Reaper | undefined;
  #isClosed = false;

  constructor(
    name: string,
    options: ProcessDriverOptions,
    networkOf: (run: WorldRun) => MachineNetwork,
  ) {
    this.name = name;
    this.#options = options;
    this.#network = networkOf({ worldId: options.worldId, runId: this.#runId });
    this.#table = options.table ?? hostProcessTable();
    this.#looks = new SharedLooks(this.#table);
  }

  boot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    return this.#inOrder(specification.instanceId, () => this.#boot(specification));
  }

  stop(instanceId: string): Promise<DomainError | undefined> {
    return this.#inOrder(instanceId, () =>
      this.#end(instanceId, this.#options.stopGraceMs ?? 5000),
    );
  }

  kill(instanceId: string): Promise<DomainError | undefined> {
    this.#machines.get(instanceId)?.hurry();
    return this.#inOrder(instanceId, () => this.#end(instanceId, 0));
  }

  reboot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    return this.#inOrder(specification.instanceId, async () => {
      const problem = await this.#end(specification.instanceId, this.#options.stopGraceMs ?? 5000);
      return problem ?? this.#boot(specification);
    });
  }

  freeze(instanceId: string): Promise<DomainError | undefined> {
    return this.#inOrder(instanceId, async () => this.#machines.get(instanceId)?.freeze());
  }

  unfreeze(instanceId: string): Promise<DomainError | undefined> {
    return this.#inOrder(instanceId, async () => this.#machines.get(instanceId)?.unfreeze());
  }

  consoleOutput(disk: InstanceDisk): Promise<Uint8Array> {
    return readConsole(consolePath(disk));
  }

  consoleFile(disk: InstanceDisk): string {
    return consolePath(disk);
  }

  enter(instanceId: string): Entrance | DomainError {
    return this.#machines.get(instanceId)?.entrance() ?? notEnterable(instanceId, 'off');
  }

  async eraseDisk(disk: InstanceDisk): Promise<void> {
    await this.#inOrder(disk.instanceId, async () => {
      const machine = machineDirectory(disk);
      const gone = [
        disk.diskDirectory,
        ...['bin', 'power', 'scripts', 'tmp', 'written-user-data'].map((name) =>
          join(machine, name),
        ),
      ];
      await Promise.all(
        gone.map((path) => rm(path, { recursive: true, force: true, maxRetries: 3 })),
      );
    });
  }

  list(): readonly ListedMachine[] {
    return [...this.#machines.values()].map((machine) => machine.listed());
  }

  cpu(instanceIds: readonly string[], told: (readings: readonly CpuReading[]) => void): void {
    const asked = new Set(instanceIds);
    void this.#looks.look().then((processes) => {
      const spent = new Map<string, number>();
      for (const { marker, cpuSeconds } of processes) {
        if (marker?.runId !== this.#runId || cpuSeconds === undefined) continue;
        if (!asked.has(marker.instanceId)) continue;
        spent.set(marker.instanceId, (spent.get(marker.instanceId) ?? 0) + cpuSeconds);
      }
      // A machine in which no process runs is idle; where processes cannot be told apart, nothing is known.
      const idle = this.#table.showsMarkers
        ? [...asked].filter((id) => this.#machines.has(id) && !spent.has(id))
        : [];
      told([
        ...[...spent].map(([instanceId, seconds]) => ({
          instanceId,
          of: 'host' as const,
          seconds,
        })),
        ...idle.map((instanceId) => ({ instanceId, of: 'host' as const, seconds: 0 })),
      ]);
    });
  }

  sweep(): Promise<readonly Leftover[]> {
    return endLeftovers({
      table: this.#table,
      stateDirectory: this.#options.stateDirectory,
      worldId: this.#options.worldId,
      isMeant: (runId) => runId !== this.#runId,
    });
  }

  observe(listener: (observation: Observation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#network.prepareToClose();
    const graceMs = this.#options.closeGraceMs ?? 2000;
    const ids = new Set([...this.#machines.keys(), ...this.#queues.keys()]);
    await Promise.all([...ids].map((id) => this.#inOrder(id, () => this.#end(id, graceMs))));
    await this.#network.close();
    this.#reaper?.dismiss();
    this.#reaper = undefined;
  }

  async #boot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    const { instanceId } = specification;
    if (this.#isClosed)
      return new DomainError('InternalError', `${instanceId} cannot boot: the world has stopped.`);
    if (this.#machines.has(instanceId)) return undefined;
    const { stateDirectory, worldId, metadataAddress, path } = this.#options;
    this.#reaper ??= startReaper(stateDirectory, worldId, this.#runId);
    const machine = new Machine(specification, {
      looks: this.#looks,
      worldId,
      runId: this.#runId,
      stateDirectory,
      metadataAddress,
      network: this.#network,
      path: path ?? process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      askedFor: (asker, request) => {
        if (request === 'reboot') void this.reboot(asker);
        else this.#tell({ kind: 'shutdown', instanceId });
      },
      exited: (id, code, signal) => this.#tell({ kind: 'exited', instanceId: id, code, signal }),
    });
    this.#machines.set(instanceId, machine);
    const problem = await orHostProblem(`${instanceId} cannot boot`, () => machine.start());
    if (problem === undefined) {
      this.#tell({ kind: 'booted', instanceId });
      machine.tellExit();
      return undefined;
    }
    await orHostProblem(`${instanceId} cannot be ended`, () => machine.end(0));
    this.#machines.delete(instanceId);
    this.#tell({ kind: 'failed', instanceId, message: problem.message });
    return problem;
  }

  async #end(instanceId: string, graceMs: number): Promise<DomainError | undefined> {
    const machine = this.#machines.get(instanceId);
    if (machine === undefined) return undefined;
    const problem = await orHostProblem(`${instanceId} cannot be ended`, () =>
      machine.end(graceMs),
    );
    if (problem !== undefined) return problem;
    this.#machines.delete(instanceId);
    this.#tell({ kind: 'stopped', instanceId });
    return undefined;
  }

  /** Runs what concerns one instance one after the other. */
  #inOrder<T>(instanceId: string, act: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(instanceId) ?? Promise.resolve();
    // What failed before was told to who asked for it; the next request has its own fate.
    const result = before.then(act, act);
    this.#queues.set(instanceId, result);
    const forget = (): void => {
      if (this.#queues.get(instanceId) === result) this.#queues.delete(instanceId);
    };
    result.then(forget, forget);
    return result;
  }

  #tell(observation: Observation): void {
    for (const listener of this.#listeners) listener(observation);
  }
}

/**
 * The driver that runs each instance as a process group of this host, as the user that Faultline runs as. See the README
 * of this folder for what an instance finds when it starts.
 */
export const createProcessDriver = (options: ProcessDriverOptions): Driver =>
  new ProcessGroupDriver('process', options, () => hostNetwork);
