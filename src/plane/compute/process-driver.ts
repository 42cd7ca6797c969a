import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DomainError } from '../../world/domain-error.ts';
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
import { MachineFleet } from './machine-fleet.ts';
import { readConsole } from './machine-console.ts';
import { hostNetwork } from './machine-network.ts';
import type { MachineNetwork } from './machine-network.ts';
import { SharedLooks, hostProcessTable } from './process-table.ts';
import type { ProcessTable } from './process-table.ts';
import { startReaper } from './reaper.ts';
import type { Reaper } from './reaper.ts';

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
  readonly runsPrograms = true;
  readonly #options: ProcessDriverOptions;
  readonly #network: MachineNetwork;
  readonly #runId = randomBytes(8).toString('hex');
  readonly #table: ProcessTable;
  readonly #looks: SharedLooks;
  readonly #fleet: MachineFleet<Machine>;
  #reaper: Reaper | undefined;

  constructor(
    name: string,
    options: ProcessDriverOptions,
    networkOf: (run: WorldRun) => MachineNetwork,
  ) {
    this.name = name;
    this.#options = options;
    this.#fleet = new MachineFleet({
      ...options,
      make: (specification) => this.#make(specification),
    });
    this.#network = networkOf({ worldId: options.worldId, runId: this.#runId });
    this.#table = options.table ?? hostProcessTable();
    this.#looks = new SharedLooks(this.#table);
  }

  boot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    return this.#fleet.boot(specification);
  }

  stop(instanceId: string): Promise<DomainError | undefined> {
    return this.#fleet.stop(instanceId);
  }

  kill(instanceId: string): Promise<DomainError | undefined> {
    return this.#fleet.kill(instanceId);
  }

  reboot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    return this.#fleet.reboot(specification);
  }

  freeze(instanceId: string): Promise<DomainError | undefined> {
    return this.#fleet.freeze(instanceId);
  }

  unfreeze(instanceId: string): Promise<DomainError | undefined> {
    return this.#fleet.unfreeze(instanceId);
  }

  consoleOutput(disk: InstanceDisk): Promise<Uint8Array> {
    return readConsole(consolePath(disk));
  }

  consoleFile(disk: InstanceDisk): string {
    return consolePath(disk);
  }

  enter(instanceId: string): Entrance | DomainError {
    return this.#fleet.get(instanceId)?.entrance() ?? notEnterable(instanceId, 'off');
  }

  async eraseDisk(disk: InstanceDisk): Promise<void> {
    await this.#fleet.inOrder(disk.instanceId, async () => {
      const machine = machineDirectory(disk);
      const gone = [
        disk.diskDirectory,
        ...['bin', 'once', 'power', 'scripts', 'tmp', 'written-user-data'].map((name) =>
          join(machine, name),
        ),
      ];
      await Promise.all(
        gone.map((path) => rm(path, { recursive: true, force: true, maxRetries: 3 })),
      );
    });
  }

  list(): readonly ListedMachine[] {
    return this.#fleet.list();
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
        ? [...asked].filter((id) => this.#fleet.get(id) !== undefined && !spent.has(id))
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
    return this.#fleet.observe(listener);
  }

  async close(): Promise<void> {
    this.#network.prepareToClose();
    await this.#fleet.close();
    await this.#network.close();
    this.#reaper?.dismiss();
    this.#reaper = undefined;
  }

  #make(specification: InstanceSpecification): Machine {
    const { stateDirectory, worldId, metadataAddress, path } = this.#options;
    this.#reaper ??= startReaper(stateDirectory, worldId, this.#runId);
    return new Machine(specification, {
      looks: this.#looks,
      worldId,
      runId: this.#runId,
      stateDirectory,
      metadataAddress,
      network: this.#network,
      path: path ?? process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      askedFor: (specification, request) => this.#fleet.asked(specification, request),
      exited: (instanceId, code, signal) =>
        this.#fleet.tell({ kind: 'exited', instanceId, code, signal }),
    });
  }
}

/**
 * The driver that runs each instance as a process group of this host, as the user that Faultline runs as. See the README
 * of this folder for what an instance finds when it starts.
 */
export const createProcessDriver = (options: ProcessDriverOptions): Driver =>
  new ProcessGroupDriver('process', options, () => hostNetwork);
