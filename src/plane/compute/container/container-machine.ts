import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../../../world/domain-error.ts';
import type { Entrance, InstanceSpecification, ListedMachine, MachineState } from '../driver.ts';
import { MachineConsole } from '../machine-console.ts';
import type { MachinePlace } from '../machine-network.ts';
import { consolePath, machineDirectory, notEnterable } from '../machine.ts';
import { startMetadataService } from '../metadata-service.ts';
import type { MetadataService } from '../metadata-service.ts';
import { installPowerSwitch } from '../power-switch.ts';
import type { PowerRequest, PowerSwitch } from '../power-switch.ts';
import { sendSignal } from '../process-table.ts';
import { isSystemProblem } from '../../system-problem.ts';
import { exitReport, planContainer } from './container-plan.ts';
import type { ContainerPlan } from './container-plan.ts';
import { createContainer, limitsOfType, removeContainer } from './create-container.ts';
import type { ContainerIdentity, ContainerLimits } from './create-container.ts';
import { EngineProblem } from './engine-client.ts';
import type { Engine } from './engine-client.ts';
import { Gate } from './gate.ts';
import { jsonObject } from './image-configuration.ts';
import { namespaceOf, processesIn, signalAll } from './namespace-processes.ts';
import type { ContainerProcess } from './namespace-processes.ts';
import { metadataAddress as metadataInside } from '../netns/wiring.ts';
import type { NetnsNetwork } from '../netns/netns-network.ts';
import { outputFrames } from './output-frames.ts';

/** What all machines of a driver share. */
export interface ContainerHost {
  readonly engine: Engine;
  readonly worldId: string;
  readonly runId: string;
  readonly metadataAddress: string;
  readonly path: string;
  readonly realPort: (port: number) => number;
  /** The networks that containers join with their private addresses; without them each has a gate of its own. */
  readonly network: NetnsNetwork | undefined;
  readonly identity: (specification: InstanceSpecification) => ContainerIdentity;
  /** What the engine turned out not to do; it is tried once, not for each machine. */
  readonly lacks: { cgroups: boolean; freezer: boolean };
  readonly askedFor: (specification: InstanceSpecification, request: PowerRequest) => void;
  readonly exited: (
    instanceId: string,
    code: number | undefined,
    signal: string | undefined,
  ) => void;
}

/** How long processes may take to go, or to halt, once they were told by a signal that nothing can refuse. */
const obeyBoundMs = 5000;

/** How long an engine may take to see that a container has ended, and to remove it. */
const removalBoundMs = 30_000;

/** How long the last output of ended processes may take to arrive. */
const printedBoundMs = 250;

const openNamespace = async (processId: number): Promise<FileHandle | undefined> => {
  try {
    return await open(`/proc/${processId}/ns/pid`, 'r');
  } catch (problem) {
    // The process has ended already.
    if (isSystemProblem(problem)) return undefined;
    throw problem;
  }
};

const readReport = async (path: string): Promise<number | undefined> => {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch (problem) {
    // Another event about the directory came first.
    if (isSystemProblem(problem) && problem.code === 'ENOENT') return undefined;
    throw problem;
  }
};

/** What a shell answers for a program that a signal ended is 128 and the signal's number. */
const signalOf = (status: number): string | undefined =>
  Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];

interface Running {
  readonly id: string;
  readonly plan: ContainerPlan;
  readonly processId: number;
  readonly pidNamespace: string;
  /** Holds the namespace, so that its name is nobody else's while it is used to find processes. */
  readonly namespaceFile: FileHandle;
  readonly attached: Duplex;
  /** Absent in a network that containers share. */
  gate: Gate | undefined;
}

/** An instance as a container, from the moment it is switched on until nothing of it is left. */
export class ContainerMachine {
  readonly specification: InstanceSpecification;
  readonly #host: ContainerHost;
  readonly #console: MachineConsole;
  #state: MachineState = 'booting';
  #isPaused = false;
  #metadata: MetadataService | undefined;
  #powerSwitch: PowerSwitch | undefined;
  #reports: FSWatcher | undefined;
  #containerId: string | undefined;
  #running: Running | undefined;
  #place: MachinePlace | undefined;
  #printed: Promise<unknown> = Promise.resolve();
  #mainProcess: ListedMachine['mainProcess'] = 'none';
  #leftOut: readonly string[] = [];
  #hurry = false;
  #tellsExit = false;
  #untoldExit: (() => void) | undefined;

  constructor(specification: InstanceSpecification, host: ContainerHost) {
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
    const { instanceId, instanceType, imageId, zoneId, userData, metadata } = this.specification;
    await this.#console.note(`${instanceId} boots (${instanceType}, ${imageId}, ${zoneId})`);
    const { metadataAddress, worldId, runId, path, network } = this.#host;
    const { address, privateAddress } = this.specification;
    const service = await startMetadataService({
      address: metadataAddress,
      describe: metadata,
      userData,
    });
    if (service instanceof DomainError) return service;
    this.#metadata = service;
    const plan = await planContainer({
      specification: this.specification,
      worldId,
      runId,
      path,
      metadataEndpoint: network === undefined ? service.endpoint : `http://${metadataInside}`,
      hostAddress: network === undefined ? address : privateAddress,
      isRoot: process.getuid?.() === 0,
    });
    if (plan instanceof DomainError) return plan;
    this.#leftOut = plan.leftOut;
    for (const note of plan.notes) await this.#console.note(note);
    const machine = machineDirectory(this.specification);
    this.#powerSwitch = await installPowerSwitch(
      machine,
      (request) => this.#asked(request),
      plan.machineSeenAs,
    );
    if (plan.hasInit) this.#watchReports(join(machine, 'report'));
    const running = await this.#startContainer(plan);
    if (running instanceof DomainError) return running;
    this.#running = running;
    if (plan.hasMainProcess) this.#mainProcess = 'running';
    const problem = await this.#joinNetwork(running, service.endpoint);
    if (problem !== undefined) return problem;
    if (plan.hasInit) running.attached.write('begin\n');
    this.#state = 'running';
    return undefined;
  }

  /** How another program begins in the container: by its engine's own command line. */
  entrance(hasTerminal: boolean): Entrance | DomainError {
    const { instanceId } = this.specification;
    if (this.#state !== 'running' || this.#running === undefined)
      return notEnterable(instanceId, this.#state);
    const { kind, socketPath } = this.#host.engine;
    const socket = `unix://${socketPath}`;
    return {
      command: [
        ...(kind === 'podman' ? ['podman', '--url', socket] : ['docker', '--host', socket]),
        'exec',
        '--interactive',
        ...(hasTerminal ? ['--tty'] : []),
        this.#running.id,
      ],
      environment: undefined,
      workingDirectory: undefined,
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
      // Ours first, so that it begins nothing that the look at the others would miss.
      if (this.#running?.plan.hasInit === true) sendSignal(this.#running.processId, 'SIGTERM');
      signalAll(this.#programs(), 'SIGTERM');
      await this.#untilGone(graceMs);
    }
    // All die at one moment, before anything that was frozen could go on.
    signalAll(this.#members(), 'SIGKILL');
    await this.#running?.gate?.close();
    const problem = await this.#remove();
    if (problem !== undefined) return problem;
    await this.#release();
    return undefined;
  }

  /** Halts every process: what it was doing stays, its sockets stay open, nothing answers. */
  async freeze(): Promise<DomainError | undefined> {
    const running = this.#running;
    if (running === undefined || this.#state === 'frozen') return undefined;
    this.#state = 'frozen';
    const [silent, halted] = await Promise.all([this.#place?.silence(), this.#halt()]);
    return silent ?? halted;
  }

  async #halt(): Promise<DomainError | undefined> {
    if (!this.#host.lacks.freezer && (await this.#ask('pause')) === undefined) {
      this.#isPaused = true;
      return undefined;
    }
    // Without cgroups an engine cannot pause; a container that has just ended cannot be paused either.
    const deadline = performance.now() + obeyBoundMs;
    for (;;) {
      const members = this.#members();
      if (members.every(({ halted }) => halted)) return undefined;
      if (performance.now() > deadline) break;
      signalAll(members, 'SIGSTOP');
      await delay(2);
    }
    return new DomainError('InternalError', `${this.specification.instanceId} cannot be frozen.`);
  }

  async unfreeze(): Promise<DomainError | undefined> {
    if (this.#state !== 'frozen') return undefined;
    if (this.#isPaused) {
      const problem = await this.#ask('unpause');
      if (problem !== undefined) return problem;
      this.#isPaused = false;
    }
    this.#state = 'running';
    signalAll(
      this.#members().filter(({ halted }) => halted),
      'SIGCONT',
    );
    return this.#place?.speak();
  }

  async #ask(action: 'pause' | 'unpause'): Promise<DomainError | undefined> {
    const { engine, lacks } = this.#host;
    const path = `/containers/${this.#containerId ?? ''}/${action}`;
    const answer = await engine.client.json({ method: 'POST', path });
    if (!(answer instanceof EngineProblem)) return undefined;
    if (action === 'pause' && /cgroup/i.test(answer.message)) lacks.freezer = true;
    return answer;
  }

  async #startContainer(plan: ContainerPlan): Promise<Running | DomainError> {
    const { engine, lacks } = this.#host;
    const limits = limitsOfType(engine, this.specification.instanceType);
    const none: ContainerLimits = { cgroups: 'none', memoryBytes: undefined, cpus: undefined };
    const started = await this.#tryStart(plan, lacks.cgroups ? none : limits);
    if (!(started instanceof DomainError) || lacks.cgroups || !/cgroup/i.test(started.message))
      return started;
    lacks.cgroups = true;
    return await this.#tryStart(plan, none);
  }

  async #tryStart(plan: ContainerPlan, limits: ContainerLimits): Promise<Running | DomainError> {
    const { engine, identity } = this.#host;
    const { client } = engine;
    const own = identity(this.specification);
    const named = { ...own, hostname: plan.hostname ?? own.hostname };
    const id = await createContainer(engine, named, plan, limits);
    if (id instanceof DomainError) return id;
    this.#containerId = id;
    const attached = await client.hijack({
      method: 'POST',
      path: `/containers/${id}/attach`,
      query: { stream: '1', stdin: '1', stdout: '1', stderr: '1' },
    });
    if (attached instanceof EngineProblem) return attached;
    // It breaks when the container is removed, which says all that there is to say.
    attached.on('error', () => undefined);
    const started = await client.json({ method: 'POST', path: `/containers/${id}/start` });
    if (started instanceof EngineProblem) {
      attached.destroy();
      return started;
    }
    const inspected = await client.json({ method: 'GET', path: `/containers/${id}/json` });
    if (inspected instanceof EngineProblem) return inspected;
    const processId = Number(jsonObject(jsonObject(inspected)['State'])['Pid']);
    const namespaceFile = processId > 0 ? await openNamespace(processId) : undefined;
    const pidNamespace = processId > 0 ? namespaceOf(processId, 'pid') : undefined;
    this.#printed = this.#console.take(attached.pipe(outputFrames()));
    const isElsewhere = pidNamespace === namespaceOf(process.pid, 'pid');
    if (namespaceFile === undefined || pidNamespace === undefined || isElsewhere) {
      await namespaceFile?.close();
      return new DomainError(
        'InternalError',
        `${this.specification.instanceId} has ended as it began, or its engine runs in another machine.`,
      );
    }
    attached.once('close', () => void this.#containerEnded(id));
    const gate = this.#host.network === undefined ? this.#openGate(plan, processId) : undefined;
    return { id, plan, processId, pidNamespace, namespaceFile, attached, gate };
  }

  /** The container's programs are reached, and reach others, from now on. */
  async #joinNetwork(running: Running, metadata: string): Promise<DomainError | undefined> {
    const { network } = this.#host;
    if (network === undefined) return running.gate?.ready();
    const place = await network.join(
      this.specification,
      metadata,
      (line) => void this.#console.note(line),
      running.processId,
    );
    if (place instanceof DomainError) return place;
    this.#place = place;
    return undefined;
  }

  #openGate(plan: ContainerPlan, processId: number): Gate {
    return new Gate({
      processId,
      address: this.specification.address,
      realPort: this.#host.realPort,
      passedOn: plan.passedOn,
      note: (line) => void this.#console.note(line),
      lost: () => {
        if (this.#running === undefined || this.#state === 'stopping') return;
        void this.#console.note('the way into the container was lost and is made anew');
        this.#running.gate = this.#openGate(plan, processId);
      },
    });
  }

  /** All live processes of the machine. */
  #members(): readonly ContainerProcess[] {
    return this.#running === undefined ? [] : processesIn(this.#running.pidNamespace);
  }

  /** Those of them that are not ours. */
  #programs(): readonly ContainerProcess[] {
    const own = this.#running?.plan.hasInit === true ? this.#running.processId : undefined;
    return this.#members().filter(({ processId }) => processId !== own);
  }

  async #untilGone(boundMs: number): Promise<void> {
    const deadline = performance.now() + boundMs;
    for (let pauseMs = 2; performance.now() < deadline && !this.#hurry; pauseMs *= 2) {
      if (this.#programs().length === 0) return;
      await delay(Math.min(50, pauseMs));
    }
  }

  /** An engine that is just seeing the container's end refuses to remove it, and does it a moment later. */
  async #remove(): Promise<DomainError | undefined> {
    if (this.#containerId === undefined) return undefined;
    const deadline = performance.now() + removalBoundMs;
    for (let pauseMs = 10; ; pauseMs = Math.min(500, pauseMs * 2)) {
      // The freezer holds processes that were killed; it lets go of the dead alone.
      if (this.#isPaused && (await this.#ask('unpause')) === undefined) this.#isPaused = false;
      const problem = await removeContainer(this.#host.engine, this.#containerId);
      if (problem === undefined || performance.now() > deadline) return problem;
      await delay(pauseMs);
    }
  }

  /** Lets go of what the machine held beside its container. */
  async #release(): Promise<void> {
    await this.#outputArrived();
    this.#running?.attached.destroy();
    await this.#place?.leave();
    await this.#running?.namespaceFile.close();
    await this.#console.note(`${this.specification.instanceId} is off`);
    this.#powerSwitch?.close();
    this.#reports?.close();
    await this.#metadata?.close();
  }

  #watchReports(directory: string): void {
    let isTold = false;
    this.#reports = watch(directory, { persistent: false }, () => {
      void readReport(join(directory, exitReport)).then((status) => {
        if (status === undefined || isTold) return;
        isTold = true;
        const signal = signalOf(status);
        this.#exited(signal === undefined ? status : undefined, signal);
      });
    });
  }

  /** The container's first process has ended, and with it all others. */
  async #containerEnded(id: string): Promise<void> {
    if (this.#state === 'stopping' || this.#mainProcess !== 'running') return;
    const waited = await this.#host.engine.client.json({
      method: 'POST',
      path: `/containers/${id}/wait`,
    });
    if (waited instanceof EngineProblem) return;
    // An init whose main process ended has told of it before; then only the machine's other processes went.
    if (this.listed().mainProcess !== 'running') return;
    const status = Number(jsonObject(waited)['StatusCode']);
    const signal = signalOf(status);
    this.#exited(signal === undefined ? status : undefined, signal);
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

  /** What processes printed last is still on its way through the engine. */
  async #outputArrived(): Promise<void> {
    await Promise.race([this.#printed, delay(printedBoundMs, undefined, { ref: false })]);
  }
}
