import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { access, constants, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../../world/domain-error.ts';
import { prepareBoot } from './boot-plan.ts';
import type { BootPlan } from './boot-plan.ts';
import type {
  Entrance,
  InstanceDisk,
  InstanceSpecification,
  ListedMachine,
  MachineState,
} from './driver.ts';
import { removeProcessRecord, writeProcessRecord } from './leftovers.ts';
import { MachineConsole } from './machine-console.ts';
import type { MachineNetwork, MachinePlace } from './machine-network.ts';
import { startMetadataService } from './metadata-service.ts';
import type { MetadataService } from './metadata-service.ts';
import { installPowerSwitch } from './power-switch.ts';
import type { PowerRequest, PowerSwitch } from './power-switch.ts';
import { formatMarker, markerVariable, sendSignal } from './process-table.ts';
import type { HostProcess, SharedLooks } from './process-table.ts';
import { isSystemProblem } from '../system-problem.ts';

/** What all machines of a driver share. */
export interface MachineHost {
  readonly looks: SharedLooks;
  readonly worldId: string;
  readonly runId: string;
  /** Where process groups are written down for a later run. */
  readonly stateDirectory: string;
  readonly metadataAddress: string;
  readonly network: MachineNetwork;
  /** The `PATH` that instances get. */
  readonly path: string;
  readonly askedFor: (specification: InstanceSpecification, request: PowerRequest) => void;
  readonly exited: (
    instanceId: string,
    code: number | undefined,
    signal: string | undefined,
  ) => void;
}

type Child = ChildProcessByStdio<null, Readable, null>;

/** Both outputs go into one pipe, so that the console has them in the order in which they were printed; then the shell is gone. */
const intoOnePipe: readonly string[] = ['-c', 'exec "$@" 2>&1', 'sh'];

const canExecute = async (program: string): Promise<boolean> => {
  try {
    await access(program, constants.X_OK);
    return true;
  } catch (problem) {
    if (isSystemProblem(problem)) return false;
    throw problem;
  }
};

/** How long processes may take to go, or to halt, once they were told by a signal that nothing can refuse. */
const obeyBoundMs = 5000;

/** How long the last output of ended processes may take to arrive. */
const printedBoundMs = 250;

/** Where a machine keeps what is not on the disk: beside it, so that a disk holds nothing of ours. */
export const machineDirectory = (disk: InstanceDisk): string => `${disk.diskDirectory}.machine`;

/** Where a machine's console is kept. */
export const consolePath = (disk: InstanceDisk): string =>
  join(machineDirectory(disk), 'console.log');

/** Why nobody can enter a machine now. */
export const notEnterable = (instanceId: string, state: MachineState | 'off'): DomainError =>
  new DomainError(
    'ConflictNotRunning',
    state === 'frozen'
      ? `${instanceId} has no power: it answers nobody until it is back.`
      : `${instanceId} is ${state}: only a machine that runs can be entered.`,
  );

/** An instance as a process group of this host, from the moment it is switched on until nothing of it is left. */
export class Machine {
  readonly specification: InstanceSpecification;
  readonly #host: MachineHost;
  readonly #console: MachineConsole;
  #state: MachineState = 'booting';
  #metadata: MetadataService | undefined;
  #place: MachinePlace | undefined;
  #powerSwitch: PowerSwitch | undefined;
  #child: Child | undefined;
  #leaderStartedAt: string | undefined;
  #leaderGone: Promise<void> = Promise.resolve();
  #printed: Promise<unknown> = Promise.resolve();
  #mainProcess: ListedMachine['mainProcess'] = 'none';
  #leftOut: readonly string[] = [];
  #fromUserData: Readonly<Record<string, string>> = {};
  #hurry = false;
  #tellsExit = false;
  #untoldExit: (() => void) | undefined;

  constructor(specification: InstanceSpecification, host: MachineHost) {
    this.specification = specification;
    this.#host = host;
    this.#console = new MachineConsole(consolePath(specification));
  }

  listed(): ListedMachine {
    return {
      instanceId: this.specification.instanceId,
      state: this.#state,
      mainProcess: this.#mainProcess,
      leftOut: this.#leftOut,
      ...(this.#metadata === undefined ? {} : { metadataEndpoint: this.#metadata.endpoint }),
    };
  }

  async start(): Promise<DomainError | undefined> {
    const { diskDirectory, instanceId, instanceType, imageId, zoneId, userData } =
      this.specification;
    const machine = machineDirectory(this.specification);
    await mkdir(diskDirectory, { recursive: true });
    // Temporary files are memory: gone at each boot.
    await rm(join(machine, 'tmp'), { recursive: true, force: true });
    await mkdir(join(machine, 'tmp'), { recursive: true });
    await this.#console.note(`${instanceId} boots (${instanceType}, ${imageId}, ${zoneId})`);
    const metadata = await startMetadataService({
      address: this.#host.metadataAddress,
      describe: this.specification.metadata,
      userData,
    });
    if (metadata instanceof DomainError) return metadata;
    this.#metadata = metadata;
    const place = await this.#host.network.join(
      this.specification,
      metadata.endpoint,
      (line) => void this.#console.note(line),
    );
    if (place instanceof DomainError) return place;
    this.#place = place;
    this.#powerSwitch = await installPowerSwitch(machine, (request) => this.#asked(request));
    const plan = await prepareBoot(
      userData,
      { disk: diskDirectory, machine },
      { isOwn: false, hasOwnHostname: false, environment: this.specification.environment },
    );
    this.#leftOut = plan.leftOut;
    this.#fromUserData = plan.environment;
    for (const note of plan.notes) await this.#console.note(note);
    if (plan.command !== undefined) await this.#run(plan.command, place);
    this.#state = 'running';
    return undefined;
  }

  /** How another program begins here: as the machine's own do, so that it goes when they go. */
  entrance(): Entrance | DomainError {
    if (this.#state !== 'running' || this.#place === undefined)
      return notEnterable(this.specification.instanceId, this.#state);
    return {
      command: this.#place.enter,
      environment: this.#environment(this.#place),
      workingDirectory: this.specification.diskDirectory,
    };
  }

  /** From now on an exit of the main process is told; one that came before is told now, so that it never precedes the boot. */
  tellExit(): void {
    this.#tellsExit = true;
    this.#untoldExit?.();
    this.#untoldExit = undefined;
  }

  /** Cuts short the wait of an `end` that is under way. */
  hurry(): void {
    this.#hurry = true;
  }

  /** SIGTERM, then after `graceMs` SIGKILL, until nothing is left. A frozen machine cannot be asked and is ended at once. */
  async end(graceMs: number): Promise<DomainError | undefined> {
    const canBeAsked = this.#state !== 'frozen' && graceMs > 0 && !this.#hurry;
    this.#state = 'stopping';
    if (canBeAsked) {
      this.#signal('SIGTERM', await this.#members());
      await this.#untilGone(graceMs, () => this.#hurry);
    }
    for (let left = await this.#members(); left.length > 0; left = await this.#members()) {
      this.#signal('SIGKILL', left);
      if (!(await this.#untilGone(obeyBoundMs, () => false))) {
        return new DomainError(
          'InternalError',
          `${this.specification.instanceId} cannot be ended: process ${left.map(({ processId }) => processId).join(', ')} does not go.`,
        );
      }
    }
    await this.#leaderGone;
    await this.#release();
    return undefined;
  }

  /** Halts every process: what it was doing stays, its sockets stay open, nothing answers. */
  async freeze(): Promise<DomainError | undefined> {
    this.#state = 'frozen';
    const [silent, halted] = await Promise.all([this.#place?.silence(), this.#halt()]);
    return silent ?? halted;
  }

  async unfreeze(): Promise<DomainError | undefined> {
    if (this.#state !== 'frozen') return undefined;
    this.#state = 'running';
    this.#signal('SIGCONT', await this.#members());
    return this.#place?.speak();
  }

  async #halt(): Promise<DomainError | undefined> {
    const deadline = performance.now() + obeyBoundMs;
    // A process may start another between a look and the signal, so look again until all are seen halted.
    for (;;) {
      const members = await this.#members();
      if (members.every(({ halted }) => halted)) return undefined;
      if (performance.now() > deadline) break;
      this.#signal('SIGSTOP', members);
      await delay(2);
    }
    return new DomainError('InternalError', `${this.specification.instanceId} cannot be frozen.`);
  }

  /** Lets go of what the machine held beside its processes. */
  async #release(): Promise<void> {
    await this.#outputArrived();
    this.#child?.stdout.destroy();
    await this.#console.note(`${this.specification.instanceId} is off`);
    this.#powerSwitch?.close();
    await this.#place?.leave();
    await this.#metadata?.close();
    await removeProcessRecord(this.#host.stateDirectory, this.specification.instanceId);
  }

  #environment(place: MachinePlace): Readonly<Record<string, string>> {
    const { region, environment, diskDirectory, instanceId } = this.specification;
    const { worldId, runId, path } = this.#host;
    return {
      LANG: 'C.UTF-8',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      ...this.#fromUserData,
      ...environment,
      PATH:
        this.#powerSwitch === undefined ? path : `${this.#powerSwitch.commandDirectory}:${path}`,
      HOST: place.hostAddress,
      HOME: diskDirectory,
      TMPDIR: join(machineDirectory(this.specification), 'tmp'),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: place.metadataEndpoint,
      [markerVariable]: formatMarker({ worldId, runId, instanceId }),
    };
  }

  async #run(command: NonNullable<BootPlan['command']>, place: MachinePlace): Promise<void> {
    this.#mainProcess = 'running';
    if (!(await canExecute(command[0]))) {
      await this.#console.note(
        `user data cannot be run: its interpreter ${command[0]} is not on this host, or is no program`,
      );
      // What a shell answers for a command that it does not find.
      this.#exited(127, undefined);
      return;
    }
    const words: readonly string[] = [...place.enter, '/bin/sh', ...intoOnePipe, ...command];
    const [program = '/bin/sh', ...rest] = words;
    const child = spawn(program, rest, {
      cwd: this.specification.diskDirectory,
      env: this.#environment(place),
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    this.#printed = this.#console.take(child.stdout);
    const gone = Promise.withResolvers<void>();
    this.#leaderGone = gone.promise;
    child.once('exit', (code, signal) => {
      gone.resolve();
      this.#exited(code ?? undefined, signal ?? undefined);
    });
    const problem = await new Promise<Error | undefined>((resolve) => {
      child.once('spawn', () => resolve(undefined));
      child.once('error', resolve);
    });
    if (problem !== undefined) {
      gone.resolve();
      throw problem;
    }
    await this.#writeRecord(child.pid);
  }

  async #writeRecord(processId: number | undefined): Promise<void> {
    const leader = (await this.#host.looks.look()).find((found) => found.processId === processId);
    // It may have ended already; then the marker finds what it left.
    if (leader === undefined) return;
    this.#leaderStartedAt = leader.startedAt;
    const { runId, stateDirectory } = this.#host;
    await writeProcessRecord(stateDirectory, {
      runId,
      instanceId: this.specification.instanceId,
      processId: leader.processId,
      startedAt: leader.startedAt,
    });
  }

  #exited(code: number | undefined, signal: string | undefined): void {
    this.#mainProcess = 'exited';
    if (this.#state === 'stopping') return;
    const how = signal === undefined ? `with code ${code}` : `by ${signal}`;
    void this.#outputArrived().then(() =>
      this.#console.note(`the main process ended ${how}; the machine goes on`),
    );
    const tell = (): void => this.#host.exited(this.specification.instanceId, code, signal);
    if (this.#tellsExit) tell();
    else this.#untoldExit = tell;
  }

  #asked(request: PowerRequest): void {
    if (this.#state !== 'running') return;
    void this.#console.note(
      request === 'reboot' ? 'reboot was asked for' : 'shutdown was asked for',
    );
    this.#host.askedFor(this.specification, request);
  }

  /** What processes printed last is still in the pipes, which end by themselves unless another process holds them. */
  async #outputArrived(): Promise<void> {
    await Promise.race([this.#printed, delay(printedBoundMs, undefined, { ref: false })]);
  }

  /** All live processes of the machine: those with its marker, and those of its process group while that is surely ours. */
  async #members(): Promise<readonly HostProcess[]> {
    const { worldId, runId, looks } = this.#host;
    const all = await looks.look();
    const leaderId = this.#child?.pid;
    const leader = all.find(({ processId }) => processId === leaderId);
    // A process with the leader's id that began at another time is a stranger, who took the id after the group had ended.
    const groupIsOurs =
      leaderId !== undefined &&
      (leader === undefined || leader.startedAt === this.#leaderStartedAt);
    return all.filter(
      ({ marker, groupId }) =>
        (marker?.instanceId === this.specification.instanceId &&
          marker.worldId === worldId &&
          marker.runId === runId) ||
        (groupIsOurs && groupId === leaderId),
    );
  }

  /** Signals the group at once, where its leader lives, so that none of it is left out; then those that left the group. */
  #signal(signal: NodeJS.Signals, members: readonly HostProcess[]): void {
    const leaderId = this.#child?.pid;
    const hasLeader = members.some(({ processId }) => processId === leaderId);
    if (hasLeader && leaderId !== undefined) sendSignal(-leaderId, signal);
    for (const { processId, groupId } of members) {
      if (!hasLeader || groupId !== leaderId) sendSignal(processId, signal);
    }
  }

  /** Whether all processes went within the time. Looks at the process table only when the leader has gone. */
  async #untilGone(boundMs: number, isEnough: () => boolean): Promise<boolean> {
    const deadline = performance.now() + boundMs;
    let leaderGone = false;
    void this.#leaderGone.then(() => {
      leaderGone = true;
    });
    for (
      let pauseMs = 2;
      performance.now() < deadline && !isEnough();
      pauseMs = Math.min(50, pauseMs * 2)
    ) {
      await Promise.race([delay(pauseMs), ...(leaderGone ? [] : [this.#leaderGone])]);
      if (leaderGone && (await this.#members()).length === 0) return true;
    }
    return (await this.#members()).length === 0;
  }
}
