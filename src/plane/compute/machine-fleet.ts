import { DomainError } from '../../world/domain-error.ts';
import type { InstanceSpecification, ListedMachine, Observation } from './driver.ts';
import type { PowerRequest } from './power-switch.ts';
import { orHostProblem } from '../system-problem.ts';

/** A machine, whatever it runs in. */
export interface FleetMachine {
  /** Settles when it is on. What the host cannot do is a DomainError. */
  start(): Promise<DomainError | undefined>;
  /** Asks it to end and after `graceMs` ends it; settles when nothing of it is left. */
  end(graceMs: number): Promise<DomainError | undefined>;
  /** An end that is under way waits no longer. */
  hurry(): void;
  freeze(): Promise<DomainError | undefined>;
  unfreeze(): Promise<DomainError | undefined>;
  listed(): ListedMachine;
  /** Tells of an end of the main process that came before the boot was told. */
  tellExit(): void;
}

export interface FleetOptions<M> {
  /** Makes a machine that is not on yet. */
  readonly make: (specification: InstanceSpecification) => M;
  /** How long a machine that is asked to stop may take, in real milliseconds; 5,000 unless given. */
  readonly stopGraceMs?: number;
  /** The same when all are to end; 2,000 unless given. */
  readonly closeGraceMs?: number;
}

/**
 * The machines of one driver, as `Driver` promises them: what concerns one happens in the order in which it was asked for,
 * and what happens is told.
 */
export class MachineFleet<M extends FleetMachine> {
  readonly #options: FleetOptions<M>;
  readonly #machines = new Map<string, M>();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<(observation: Observation) => void>();
  #isClosed = false;

  constructor(options: FleetOptions<M>) {
    this.#options = options;
  }

  boot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    return this.inOrder(specification.instanceId, () => this.#boot(specification));
  }

  stop(instanceId: string): Promise<DomainError | undefined> {
    return this.inOrder(instanceId, () => this.#end(instanceId, this.#stopGraceMs));
  }

  kill(instanceId: string): Promise<DomainError | undefined> {
    this.#machines.get(instanceId)?.hurry();
    return this.inOrder(instanceId, () => this.#end(instanceId, 0));
  }

  reboot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    return this.inOrder(specification.instanceId, async () => {
      const problem = await this.#end(specification.instanceId, this.#stopGraceMs);
      return problem ?? this.#boot(specification);
    });
  }

  freeze(instanceId: string): Promise<DomainError | undefined> {
    return this.inOrder(instanceId, async () => this.#machines.get(instanceId)?.freeze());
  }

  unfreeze(instanceId: string): Promise<DomainError | undefined> {
    return this.inOrder(instanceId, async () => this.#machines.get(instanceId)?.unfreeze());
  }

  /** The machine of an instance, while it is on or under way. */
  get(instanceId: string): M | undefined {
    return this.#machines.get(instanceId);
  }

  list(): readonly ListedMachine[] {
    return [...this.#machines.values()].map((machine) => machine.listed());
  }

  observe(listener: (observation: Observation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(observation: Observation): void {
    for (const listener of this.#listeners) listener(observation);
  }

  /** What a program in a machine asked for by the commands that switch machines off. */
  asked(specification: InstanceSpecification, request: PowerRequest): void {
    if (request === 'reboot') void this.reboot(specification);
    else this.tell({ kind: 'shutdown', instanceId: specification.instanceId });
  }

  /** Ends all machines; nothing boots after it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const graceMs = this.#options.closeGraceMs ?? 2000;
    const ids = new Set([...this.#machines.keys(), ...this.#queues.keys()]);
    await Promise.all([...ids].map((id) => this.inOrder(id, () => this.#end(id, graceMs))));
  }

  /** Runs what concerns one instance one after the other. */
  inOrder<T>(instanceId: string, act: () => Promise<T>): Promise<T> {
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

  get #stopGraceMs(): number {
    return this.#options.stopGraceMs ?? 5000;
  }

  async #boot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    const { instanceId } = specification;
    if (this.#isClosed)
      return new DomainError('InternalError', `${instanceId} cannot boot: the world has stopped.`);
    if (this.#machines.has(instanceId)) return undefined;
    const machine = this.#options.make(specification);
    this.#machines.set(instanceId, machine);
    const problem = await orHostProblem(`${instanceId} cannot boot`, () => machine.start());
    if (problem === undefined) {
      this.tell({ kind: 'booted', instanceId });
      machine.tellExit();
      return undefined;
    }
    await orHostProblem(`${instanceId} cannot be ended`, () => machine.end(0));
    this.#machines.delete(instanceId);
    this.tell({ kind: 'failed', instanceId, message: problem.message });
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
    this.tell({ kind: 'stopped', instanceId });
    return undefined;
  }
}
