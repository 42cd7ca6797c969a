import { createHash, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DomainError } from '../../../world/domain-error.ts';
import type {
  Driver,
  DriverNetwork,
  Entrance,
  InstanceDisk,
  InstanceSpecification,
  Leftover,
  ListedMachine,
  Observation,
} from '../driver.ts';
import { readConsole } from '../machine-console.ts';
import { consolePath, machineDirectory, notEnterable } from '../machine.ts';
import { MachineFleet } from '../machine-fleet.ts';
import { NetnsNetwork } from '../netns/netns-network.ts';
import type { Uplink } from '../netns/uplink.ts';
import { startReaper } from '../reaper.ts';
import type { Reaper } from '../reaper.ts';
import { isSystemProblem } from '../../system-problem.ts';
import { ContainerMachine } from './container-machine.ts';
import type { ContainerHost } from './container-machine.ts';
import type { ContainerIdentity } from './create-container.ts';
import type { Engine } from './engine-client.ts';
import { namespaceOf } from './namespace-processes.ts';
import {
  endLeftoverContainers,
  instanceLabel,
  runLabel,
  worldLabel,
} from './leftover-containers.ts';

/** What a container driver is made of. */
export interface ContainerDriverOptions {
  /** As `findEngine` gives it. */
  readonly engine: Engine;
  /** Tells this world from others on the engine: the same at each start of one data directory. */
  readonly worldId: string;
  /** The loopback address of the metadata services, one port for each instance. */
  readonly metadataAddress: string;
  /** The host's port for a port of an instance: the same one unless given. */
  readonly realPort?: (port: number) => number;
  /**
   * What containers reach of the world from networks as the `netns` driver makes them, with their private addresses; a
   * host that cannot make such networks gives none, and each container is alone.
   */
  readonly uplink?: Uplink;
  /** The `PATH` of instances that run the host's programs: the host's unless given. */
  readonly path?: string;
  /** How long a machine that is asked to stop may take, in real milliseconds. */
  readonly stopGraceMs?: number;
  /** The same when the whole world stops. */
  readonly closeGraceMs?: number;
}

/** Removes what a rootless container wrote as another of its users: this user may not, its user namespace may. */
const removeAsEngine = async (path: string): Promise<void> => {
  const child = spawn('podman', ['unshare', 'rm', '-rf', '--', path], { stdio: 'ignore' });
  await once(child, 'close');
};

const removeTree = async (path: string): Promise<void> => {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (problem) {
    if (!isSystemProblem(problem) || !['EACCES', 'EPERM'].includes(problem.code ?? ''))
      throw problem;
    await removeAsEngine(path);
  }
};

/** The gate begins where it may join containers' networks: those of a rootless engine belong to its user namespace. */
const gateCommand = (holder: number | undefined): readonly string[] =>
  holder === undefined || namespaceOf(holder, 'user') === namespaceOf(process.pid, 'user')
    ? ['unshare', '--net']
    : [
        'nsenter',
        `--target=${holder}`,
        '--user',
        '--preserve-credentials',
        '--',
        'unshare',
        '--net',
      ];

class ContainerDriver implements Driver {
  readonly name = 'container';
  readonly runsPrograms = true;
  readonly network?: DriverNetwork;
  readonly #network: NetnsNetwork | undefined;
  readonly #options: ContainerDriverOptions;
  readonly #runId = randomBytes(8).toString('hex');
  readonly #host: ContainerHost;
  readonly #fleet: MachineFleet<ContainerMachine>;
  #reaper: Reaper | undefined;

  constructor(options: ContainerDriverOptions) {
    this.#options = options;
    this.#fleet = new MachineFleet({
      ...options,
      make: (specification) => this.#make(specification),
    });
    const { engine, worldId, metadataAddress, uplink } = options;
    const realPort = options.realPort ?? ((port: number) => port);
    if (uplink !== undefined) {
      this.#network = new NetnsNetwork({
        command: gateCommand,
        hasUserNamespace: false,
        run: { worldId, runId: this.#runId },
        realPort,
        uplink,
      });
      this.network = this.#network;
    }
    this.#host = {
      engine,
      worldId,
      runId: this.#runId,
      metadataAddress,
      path: options.path ?? process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      realPort,
      network: this.#network,
      identity: (specification) => this.#identity(specification),
      lacks: { cgroups: false, freezer: false },
      askedFor: (specification, request) => this.#fleet.asked(specification, request),
      exited: (instanceId, code, signal) =>
        this.#fleet.tell({ kind: 'exited', instanceId, code, signal }),
    };
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

  enter(instanceId: string, hasTerminal: boolean): Entrance | DomainError {
    return this.#fleet.get(instanceId)?.entrance(hasTerminal) ?? notEnterable(instanceId, 'off');
  }

  async eraseDisk(disk: InstanceDisk): Promise<void> {
    await this.#fleet.inOrder(disk.instanceId, async () => {
      const machine = machineDirectory(disk);
      const ofMachine = [
        'bin',
        'init',
        'once',
        'power',
        'report',
        'root',
        'scripts',
        'tmp',
        'written-user-data',
      ];
      await Promise.all(
        [disk.diskDirectory, ...ofMachine.map((name) => join(machine, name))].map(removeTree),
      );
    });
  }

  list(): readonly ListedMachine[] {
    return this.#fleet.list();
  }

  sweep(): Promise<readonly Leftover[]> {
    return endLeftoverContainers(
      this.#options.engine,
      this.#options.worldId,
      (runId) => runId !== this.#runId,
    );
  }

  observe(listener: (observation: Observation) => void): () => void {
    return this.#fleet.observe(listener);
  }

  async close(): Promise<void> {
    this.#network?.prepareToClose();
    await this.#fleet.close();
    await this.#network?.close();
    this.#reaper?.dismiss();
    this.#reaper = undefined;
  }

  #identity({
    instanceId,
    privateAddress,
    region,
    zoneId,
  }: InstanceSpecification): ContainerIdentity {
    const { worldId } = this.#options;
    const world = createHash('sha256').update(worldId).digest('hex').slice(0, 10);
    return {
      name: `faultline-${world}-${instanceId}`,
      hostname: privateAddress === '' ? instanceId : `ip-${privateAddress.replaceAll('.', '-')}`,
      labels: {
        [worldLabel]: worldId,
        [runLabel]: this.#runId,
        [instanceLabel]: instanceId,
        'faultline.region': region,
        'faultline.zone': zoneId,
      },
    };
  }

  #make(specification: InstanceSpecification): ContainerMachine {
    const { engine, worldId } = this.#options;
    const reaperEntry = new URL('./reaper-main.ts', import.meta.url);
    this.#reaper ??= startReaper(engine.socketPath, worldId, this.#runId, reaperEntry);
    return new ContainerMachine(specification, this.#host);
  }
}

/**
 * The driver that runs each instance as a container of a Docker or Podman engine on this Linux host. See the README of
 * the folder above for what an instance finds when it starts.
 */
export const createContainerDriver = (options: ContainerDriverOptions): Driver =>
  new ContainerDriver(options);
