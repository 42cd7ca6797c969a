import type { Clock } from '../../world/clock.ts';
import { DomainError } from '../../world/domain-error.ts';
import { consoleOutputBytes } from './driver.ts';
import type {
  CpuReading,
  Driver,
  InstanceDisk,
  InstanceSpecification,
  Leftover,
  ListedMachine,
  MachineState,
  Observation,
} from './driver.ts';
import { mockAnswerAt, mockBusySeconds, mockScriptOf } from './mock-script.ts';
import type { MockScript } from './mock-script.ts';

/** What a request to a mock machine meets. */
type MockResponse =
  | { readonly kind: 'response'; readonly status: number; readonly latencyMs: number }
  | { readonly kind: 'refused'; readonly latencyMs: number }
  | { readonly kind: 'silence' };

/** The mock driver: a driver, and what its machines would answer. */
export interface MockDriver extends Driver {
  /** What a request to an instance meets now; silence when it is off, since no machine is there to refuse it. */
  respond(instanceId: string): MockResponse;
  /** Calls the listener whenever a machine's script lets it answer otherwise from then on; the answer ends that. */
  observeAnswers(listener: () => void): () => void;
}

interface MockMachine {
  readonly instanceId: string;
  readonly script: MockScript;
  state: MachineState;
  mainProcess: ListedMachine['mainProcess'];
  bootedAtMs: number;
  frozenAtMs: number | undefined;
  /** Cancels what is to come: the end of booting or stopping, or the exit. */
  cancel: () => void;
  /** Cancels what is to be told when its answers change. */
  cancelAnswers: () => void;
  /** Settles when the boot or the stop that is under way is done. */
  done: PromiseWithResolvers<DomainError | undefined>;
  /** Boots that wait until it is off; told whether they may begin, or something else came before. */
  readonly whenOff: ((isOff: boolean) => void)[];
}

const nothing = (): void => undefined;

class ScriptedDriver implements MockDriver {
  readonly name = 'mock';
  readonly runsPrograms = false;
  readonly #clock: Clock;
  readonly #machines = new Map<string, MockMachine>();
  readonly #consoles = new Map<string, string>();
  readonly #listeners = new Set<(observation: Observation) => void>();
  readonly #answerListeners = new Set<() => void>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  boot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    const { instanceId } = specification;
    if (this.#isClosed) {
      return Promise.resolve(
        new DomainError('InternalError', `${instanceId} cannot boot: the world has stopped.`),
      );
    }
    const present = this.#machines.get(instanceId);
    if (present?.state === 'stopping') return this.#bootAfter(present, specification);
    if (present !== undefined) return present.done.promise;
    const script = mockScriptOf(specification.tags, specification.userData);
    if (script instanceof DomainError) {
      this.#tell({ kind: 'failed', instanceId, message: script.message });
      return Promise.resolve(script);
    }
    const machine: MockMachine = {
      instanceId,
      script,
      state: 'booting',
      mainProcess: 'none',
      bootedAtMs: 0,
      frozenAtMs: undefined,
      cancel: nothing,
      cancelAnswers: nothing,
      done: Promise.withResolvers(),
      whenOff: [],
    };
    this.#machines.set(instanceId, machine);
    this.#print(
      instanceId,
      `faultline: ${instanceId} boots (${specification.instanceType}, ${specification.imageId}, ${specification.zoneId})\n`,
    );
    if (script.leavesUserData)
      this.#print(instanceId, 'faultline: user data is not run: nothing runs in a mock machine\n');
    this.#after(machine, script.bootSeconds, () => this.#booted(machine));
    return machine.done.promise;
  }

  stop(instanceId: string): Promise<DomainError | undefined> {
    const machine = this.#machines.get(instanceId);
    if (machine === undefined) return Promise.resolve(undefined);
    if (machine.state === 'stopping') {
      this.#forgetBoots(machine);
      return machine.done.promise;
    }
    const seconds = machine.state === 'frozen' ? 0 : machine.script.stopSeconds;
    return this.#end(machine, seconds);
  }

  kill(instanceId: string): Promise<DomainError | undefined> {
    const machine = this.#machines.get(instanceId);
    return machine === undefined ? Promise.resolve(undefined) : this.#end(machine, 0);
  }

  reboot(specification: InstanceSpecification): Promise<DomainError | undefined> {
    // The new boot begins within the moment in which the machine is off, not when a promise has been waited for.
    void this.stop(specification.instanceId);
    return this.boot(specification);
  }

  freeze(instanceId: string): Promise<DomainError | undefined> {
    const machine = this.#machines.get(instanceId);
    if (machine === undefined || machine.state === 'frozen') return Promise.resolve(undefined);
    const isRebooting = machine.state === 'stopping' && machine.whenOff.length > 0;
    if (machine.state === 'stopping' && !isRebooting) return Promise.resolve(undefined);
    // One that boots never comes up: what was under way stays as it is.
    machine.cancel();
    machine.cancelAnswers();
    machine.state = 'frozen';
    machine.frozenAtMs = this.#clock.now();
    machine.done.resolve(undefined);
    if (isRebooting) {
      machine.mainProcess = 'none';
      this.#forgetBoots(machine);
    }
    return Promise.resolve(undefined);
  }

  unfreeze(instanceId: string): Promise<DomainError | undefined> {
    const machine = this.#machines.get(instanceId);
    if (machine?.state !== 'frozen') return Promise.resolve(undefined);
    const wasBooting = machine.mainProcess === 'none';
    machine.state = wasBooting ? 'booting' : 'running';
    if (wasBooting) {
      machine.done = Promise.withResolvers();
      this.#after(machine, machine.script.bootSeconds, () => this.#booted(machine));
      return machine.done.promise;
    }
    // Time stood still for the machine: its script goes on where it was.
    machine.bootedAtMs += this.#clock.now() - (machine.frozenAtMs ?? this.#clock.now());
    this.#awaitExit(machine);
    this.#awaitAnswers(machine);
    return Promise.resolve(undefined);
  }

  consoleOutput({ instanceId }: InstanceDisk): Promise<Uint8Array> {
    const bytes = new TextEncoder().encode(this.#consoles.get(instanceId) ?? '');
    return Promise.resolve(bytes.subarray(Math.max(0, bytes.length - consoleOutputBytes)));
  }

  consoleFile(): undefined {
    return undefined;
  }

  enter(instanceId: string): DomainError {
    return new DomainError(
      'ConflictNothingRuns',
      `${instanceId} is a mock machine: nothing runs in it that could be entered. Start the world with another --driver.`,
    );
  }

  eraseDisk(): Promise<void> {
    return Promise.resolve();
  }

  list(): readonly ListedMachine[] {
    return [...this.#machines.values()].map(({ instanceId, state, mainProcess }) => ({
      instanceId,
      state,
      mainProcess,
    }));
  }

  cpu(instanceIds: readonly string[], told: (readings: readonly CpuReading[]) => void): void {
    const readings = instanceIds.flatMap((instanceId): readonly CpuReading[] => {
      const machine = this.#machines.get(instanceId);
      if (machine?.state !== 'running') return [];
      const seconds = mockBusySeconds(
        machine.script,
        (this.#clock.now() - machine.bootedAtMs) / 1_000,
      );
      return [{ instanceId, of: 'machine', seconds }];
    });
    told(readings);
  }

  sweep(): Promise<readonly Leftover[]> {
    return Promise.resolve([]);
  }

  observe(listener: (observation: Observation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  observeAnswers(listener: () => void): () => void {
    this.#answerListeners.add(listener);
    return () => this.#answerListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#machines.values()].map((machine) => this.#end(machine, 0)));
  }

  respond(instanceId: string): MockResponse {
    const machine = this.#machines.get(instanceId);
    if (machine === undefined || machine.state === 'frozen') return { kind: 'silence' };
    if (machine.state !== 'running' || machine.mainProcess !== 'running')
      return { kind: 'refused', latencyMs: 0 };
    const { answers, latencyMs } = mockAnswerAt(
      machine.script,
      (this.#clock.now() - machine.bootedAtMs) / 1000,
    );
    if (answers === 'silent') return { kind: 'silence' };
    return answers === 'refused'
      ? { kind: 'refused', latencyMs }
      : { kind: 'response', status: answers, latencyMs };
  }

  #bootAfter(
    machine: MockMachine,
    specification: InstanceSpecification,
  ): Promise<DomainError | undefined> {
    return new Promise((resolve) => {
      machine.whenOff.push((isOff) => resolve(isOff ? this.boot(specification) : undefined));
    });
  }

  #booted(machine: MockMachine): void {
    machine.state = 'running';
    machine.mainProcess = 'running';
    machine.bootedAtMs = this.#clock.now();
    this.#print(machine.instanceId, machine.script.console);
    this.#tell({ kind: 'booted', instanceId: machine.instanceId });
    this.#awaitExit(machine);
    this.#awaitAnswers(machine);
    machine.done.resolve(undefined);
  }

  /** Tells when the script's next answer takes the place of the one before. */
  #awaitAnswers(machine: MockMachine): void {
    const sinceBootSeconds = (this.#clock.now() - machine.bootedAtMs) / 1000;
    const next = machine.script.answers.find(({ atSeconds }) => atSeconds > sinceBootSeconds);
    if (next === undefined) return;
    machine.cancelAnswers = this.#clock.at(machine.bootedAtMs + next.atSeconds * 1000, () => {
      this.#awaitAnswers(machine);
      for (const listener of this.#answerListeners) listener();
    });
  }

  #awaitExit(machine: MockMachine): void {
    const { exit } = machine.script;
    if (exit === undefined || machine.mainProcess === 'exited') return;
    const atMs = machine.bootedAtMs + exit.afterSeconds * 1000;
    machine.cancel = this.#clock.at(atMs, () => {
      machine.mainProcess = 'exited';
      this.#print(
        machine.instanceId,
        `faultline: the main process ended with code ${exit.code}; the machine goes on\n`,
      );
      this.#tell({
        kind: 'exited',
        instanceId: machine.instanceId,
        code: exit.code,
        signal: undefined,
      });
    });
  }

  #end(machine: MockMachine, seconds: number): Promise<DomainError | undefined> {
    machine.cancel();
    machine.cancelAnswers();
    this.#forgetBoots(machine);
    // Who waits for a boot that was cut short is told that it is over.
    const before = machine.done;
    if (machine.state !== 'stopping') machine.done = Promise.withResolvers();
    machine.state = 'stopping';
    this.#after(machine, seconds, () => {
      this.#machines.delete(machine.instanceId);
      this.#print(machine.instanceId, `faultline: ${machine.instanceId} is off\n`);
      this.#tell({ kind: 'stopped', instanceId: machine.instanceId });
      before.resolve(undefined);
      machine.done.resolve(undefined);
      for (const act of machine.whenOff) act(true);
    });
    return machine.done.promise;
  }

  /** What came later says that it is to be off: a boot that waited for that does not follow. */
  #forgetBoots(machine: MockMachine): void {
    for (const act of machine.whenOff.splice(0)) act(false);
  }

  /** At once, and within this call, when no time is to pass: then a virtual clock need not move for it. */
  #after(machine: MockMachine, seconds: number, act: () => void): void {
    machine.cancel = nothing;
    if (seconds === 0) act();
    else machine.cancel = this.#clock.at(this.#clock.now() + seconds * 1000, act);
  }

  #print(instanceId: string, text: string): void {
    this.#consoles.set(
      instanceId,
      ((this.#consoles.get(instanceId) ?? '') + text).slice(-consoleOutputBytes),
    );
  }

  #tell(observation: Observation): void {
    for (const listener of this.#listeners) listener(observation);
  }
}

/**
 * The deterministic driver: its machines exist only in the clock's time and do what their script says (see the README of
 * this folder). Nothing runs and nothing listens on the host.
 */
export const createMockDriver = (options: { readonly clock: Clock }): MockDriver =>
  new ScriptedDriver(options.clock);
