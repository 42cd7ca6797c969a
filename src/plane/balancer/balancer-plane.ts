import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../world/clock.ts';
import type { LateKind } from '../../world/lateness.ts';
import type {
  ClockReading,
  FromNode,
  ListeningSocket,
  NodeConfiguration,
  TargetHealthReport,
  TrafficReport,
  ToNode,
} from './messages.ts';
import { steadyNowMs } from './node-clock.ts';

/** Where the plane tells what a person may want to know. */
export interface BalancerLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** What the plane sees. */
export type BalancerObservation =
  | { readonly kind: 'target-health'; readonly report: TargetHealthReport }
  /** What the nodes of a zone passed on in a minute. */
  | { readonly kind: 'traffic'; readonly report: TrafficReport }
  /** The sockets of all zones as they are now. */
  | { readonly kind: 'listening'; readonly sockets: readonly ListeningSocket[] }
  /** A zone's process did not get on, or took its time to begin, by so many milliseconds of the machine's time. */
  | {
      readonly kind: 'late';
      readonly late: LateKind;
      readonly zoneId: string;
      readonly realMs: number;
    }
  /** A zone's process ended by itself; it is started again. */
  | { readonly kind: 'node-lost'; readonly zoneId: string };

/** What a balancer plane does, live or modelled. */
export interface BalancerPlane {
  /** Makes the nodes as they are to be, one configuration a zone; a zone that is not named has none. */
  converge(desired: readonly NodeConfiguration[]): void;
  /** The zone has lost its power: its nodes are silent, and open connections hang. */
  freeze(zoneId: string): void;
  /** The zone has its power back: its nodes begin anew, with nothing in memory. */
  restart(zoneId: string): void;
}

/** The plane with real sockets: one process a zone. */
export interface LiveBalancerPlane extends BalancerPlane {
  /** The real sockets of all zones. */
  listening(): readonly ListeningSocket[];
  /** The zones whose process runs, with its process id. */
  processes(): ReadonlyMap<string, number>;
  /** Tells the nodes how the clock stands, after its speed has changed or it has jumped. */
  clockChanged(): void;
  /** Ends all processes. */
  close(): Promise<void>;
}

export interface BalancerPlaneOptions {
  readonly log: BalancerLog;
  readonly clock: Clock;
  readonly observe: (observation: BalancerObservation) => void;
}

/** The entry of a node process lies beside this file, whichever form the program was built to. */
const entry = new URL(`./node-main${extname(import.meta.url)}`, import.meta.url);

const backOffMs = { first: 100, longest: 10_000, forgivenAfter: 30_000 } as const;

/** One zone's process. */
class ZoneProcess {
  readonly #options: BalancerPlaneOptions;
  readonly #socketsChanged: () => void;
  #configuration: NodeConfiguration;
  #sent = '';
  #child: ChildProcess | undefined;
  #sockets: readonly ListeningSocket[] = [];
  #frozen = false;
  #closed = false;
  #startedAt = 0;
  #hasBegun = false;
  #delayMs: number = backOffMs.first;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    options: BalancerPlaneOptions,
    configuration: NodeConfiguration,
    socketsChanged: () => void,
  ) {
    this.#options = options;
    this.#configuration = configuration;
    this.#socketsChanged = socketsChanged;
    this.#start();
  }

  get sockets(): readonly ListeningSocket[] {
    return this.#sockets;
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  configure(configuration: NodeConfiguration): void {
    // The same as before has been sent, or is when the process begins.
    if (configuration === this.#configuration) return;
    this.#configuration = configuration;
    this.#sendConfiguration();
  }

  sendClock(): void {
    const { clock } = this.#options;
    const reading: ClockReading = {
      worldNow: clock.now(),
      speed: clock.speed(),
      takenAtMs: steadyNowMs(),
    };
    this.#send({ kind: 'clock', reading });
  }

  /**
   * The node stops itself instead of being stopped by a signal: to its peers it is the same silence, and a
   * world that is killed meanwhile leaves no stopped process behind, since the closed channel still ends it.
   */
  freeze(): void {
    this.#frozen = true;
    this.#send({ kind: 'freeze' });
  }

  restart(): void {
    this.#frozen = false;
    this.#end();
    this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#end();
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }

  #start(): void {
    const { zoneId } = this.#configuration;
    this.#startedAt = performance.now();
    this.#hasBegun = false;
    this.#sent = '';
    const child = fork(fileURLToPath(entry), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#child = child;
    // The only sender on this channel is node-main, which speaks FromNode.
    child.on('message', (message) => {
      if (this.#child === child) this.#take(message as FromNode);
    });
    child.on('exit', (code, signal) => this.#exited(child, code, signal));
    child.on('error', (error) => {
      this.#options.log.warn({ zoneId, error: error.message }, 'a balancer process failed');
    });
    this.sendClock();
    this.#sendConfiguration();
  }

  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    this.#sockets = [];
    child?.kill('SIGKILL');
  }

  #exited(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#child !== child || this.#closed) return;
    const { zoneId } = this.#configuration;
    this.#child = undefined;
    this.#sockets = [];
    if (performance.now() - this.#startedAt > backOffMs.forgivenAfter) {
      this.#delayMs = backOffMs.first;
    }
    const details = { zoneId, code, signal, againInMs: this.#delayMs };
    this.#options.log.warn(details, 'a balancer process ended by itself and is started again');
    this.#options.observe({ kind: 'node-lost', zoneId });
    this.#socketsChanged();
    this.#timer = setTimeout(() => this.#start(), this.#delayMs);
    this.#delayMs = Math.min(backOffMs.longest, this.#delayMs * 2);
  }

  #take(message: FromNode): void {
    switch (message.kind) {
      case 'late':
        this.#tellLate('stall', message.realMs);
        break;
      case 'listening':
        if (!this.#hasBegun) this.#tellLate('start', performance.now() - this.#startedAt);
        this.#hasBegun = true;
        for (const socket of message.sockets) {
          if (socket.error === undefined) continue;
          this.#options.log.warn({ ...socket }, 'a load balancer node cannot listen');
        }
        this.#sockets = message.sockets;
        this.#socketsChanged();
        break;
      case 'target-health':
        this.#options.observe({ kind: 'target-health', report: message.report });
        break;
      case 'traffic':
        this.#options.observe({ kind: 'traffic', report: message.report });
        break;
    }
  }

  #tellLate(late: LateKind, realMs: number): void {
    const { zoneId } = this.#configuration;
    this.#options.observe({ kind: 'late', late, zoneId, realMs });
  }

  #sendConfiguration(): void {
    if (this.#frozen || this.#child === undefined) return;
    const text = JSON.stringify(this.#configuration);
    if (text === this.#sent) return;
    this.#sent = text;
    this.#send({ kind: 'configure', configuration: this.#configuration });
  }

  #send(message: ToNode): void {
    if (this.#child?.connected === true) this.#child.send(message);
  }
}

class ProcessPlane implements LiveBalancerPlane {
  readonly #options: BalancerPlaneOptions;
  readonly #zones = new Map<string, ZoneProcess>();

  constructor(options: BalancerPlaneOptions) {
    this.#options = options;
  }

  converge(desired: readonly NodeConfiguration[]): void {
    const inUse = desired.filter((configuration) => configuration.loadBalancers.length > 0);
    const wanted = new Set(inUse.map((configuration) => configuration.zoneId));
    let stopped = false;
    for (const [zoneId, zone] of this.#zones) {
      if (wanted.has(zoneId)) continue;
      this.#zones.delete(zoneId);
      stopped = true;
      void zone.close();
    }
    for (const configuration of inUse) {
      const zone = this.#zones.get(configuration.zoneId);
      if (zone !== undefined) zone.configure(configuration);
      else this.#zones.set(configuration.zoneId, this.#startZone(configuration));
    }
    if (stopped) this.#socketsChanged();
  }

  freeze(zoneId: string): void {
    this.#zones.get(zoneId)?.freeze();
  }

  restart(zoneId: string): void {
    this.#zones.get(zoneId)?.restart();
  }

  listening(): readonly ListeningSocket[] {
    return [...this.#zones.values()].flatMap((zone) => zone.sockets);
  }

  processes(): ReadonlyMap<string, number> {
    const processes = new Map<string, number>();
    for (const [zoneId, zone] of this.#zones) {
      if (zone.processId !== undefined) processes.set(zoneId, zone.processId);
    }
    return processes;
  }

  clockChanged(): void {
    for (const zone of this.#zones.values()) zone.sendClock();
  }

  async close(): Promise<void> {
    const zones = [...this.#zones.values()];
    this.#zones.clear();
    await Promise.all(zones.map((zone) => zone.close()));
  }

  #startZone(configuration: NodeConfiguration): ZoneProcess {
    const { region, zoneId } = configuration;
    this.#options.log.info({ region, zoneId }, 'a balancer process starts');
    return new ZoneProcess(this.#options, configuration, () => this.#socketsChanged());
  }

  #socketsChanged(): void {
    this.#options.observe({ kind: 'listening', sockets: this.listening() });
  }
}

/**
 * The live balancer plane. It knows nothing of the world: whoever wires it gives it configurations and takes its
 * observations, which come in the order in which things were seen.
 */
export const createBalancerPlane = (options: BalancerPlaneOptions): LiveBalancerPlane =>
  new ProcessPlane(options);
