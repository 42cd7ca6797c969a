import type { Geography } from '../atlas/geography.ts';
import type { Duplex } from 'node:stream';
import type { Place } from '../atlas/places.ts';
import type { DomainError } from '../world/domain-error.ts';
import type { FaultRequest } from '../world/faults.ts';

/** A place from which users look at the service. */
export interface Vantage {
  readonly place: Place;
  /** Live: the UDP listener that answers questions as from this place. Unused in a virtual world. */
  readonly dns: { readonly address: string; readonly port: number };
}

/** A fault that is open now. */
export interface OpenedFault {
  readonly id: string;
  /** World ms at which it began. */
  readonly begin: number;
  /** World ms at which it mends itself; null when only mending ends it. */
  readonly end: number | null;
}

/** A fault that is not open any more. */
export interface MendedFault {
  readonly id: string;
  /** World ms. */
  readonly at: number;
}

/** Something that the world noticed by itself. */
export type WorldEvent = NoticedEvent | MemberWorldEvent;

/** A moment in the life of an instance of an Auto Scaling group; `MemberEvent` says what the steps are. */
export type MemberWorldEvent = {
  readonly kind: 'member';
  /** World ms. */
  readonly at: number;
  readonly group: string;
  readonly instanceId: string;
} & (
  | { readonly step: 'lost' | 'launched' | 'gone' | 'running' | 'answering' }
  /** `warmAt`: world ms at which its group takes it for warmed up. */
  | { readonly step: 'in-service'; readonly warmAt: number }
);

/** Something that health checks or DNS noticed. */
export interface NoticedEvent {
  /**
   * `detected`: a health check (of a balancer's node, of Route 53) or an API status turned from well to not well.
   * `dns-changed`: a watched name is answered with other addresses than before.
   */
  readonly kind: 'detected' | 'dns-changed';
  /** World ms. */
  readonly at: number;
  /** For people, for example `target i-0abc in use1-az1 is unhealthy`. */
  readonly detail: string;
}

/** A name that users ask for, and from where. */
export interface WatchedName {
  /** Without a final dot, for example `www.example.test`. */
  readonly name: string;
  readonly vantage: Vantage;
}

/** What both kinds of world offer. All times are world ms since 1970 unless a name says otherwise. */
interface AnyDrillWorld {
  /** URL of the AWS API, for the script that builds the stack. In a virtual world its calls make time pass. */
  readonly endpoint: string;
  now(): number;
  /**
   * Resolves when world time has reached `worldMs`, at once when that is past. A virtual world advances its clock
   * there and tells its listeners on the way; a live one just waits.
   */
  waitUntil(worldMs: number): Promise<void>;
  /** The listener for a place. */
  vantage(place: Place): Vantage | DomainError;
  openFault(request: FaultRequest): Promise<OpenedFault | DomainError>;
  /** Mends one fault by its id, or all open ones of a target such as `zone/use1-az1`. */
  mendFault(idOrTarget: string): Promise<MendedFault | DomainError>;
  /**
   * What is not well yet, one line for people each: targets of target groups in use that are not healthy, changes
   * of Route 53 that are not INSYNC, health checks without data. Empty when the stack has settled.
   */
  unsettled(): readonly string[];
  /** From now on `dns-changed` is told for these names; replaces what was watched before. */
  watchNames(names: readonly WatchedName[]): void;
  /** Tells events from now on, in the order of their times. Returns a way to stop. */
  onEvent(listener: (event: WorldEvent) => void): () => void;
  /** Ends everything that the world started: processes, sockets, timers. May be called twice. */
  close(): Promise<void>;
}

/** How late a live world's machine was while a drill ran, and how fast the world's time. */
export interface LiveMeasures {
  /** World seconds per real second: when it was begun to measure, and the lowest since. */
  readonly chosenSpeed: number;
  readonly lowestSpeed: number;
  /** World ms: the most by which anything that ran did not get on. */
  readonly stallMs: number;
  /** World ms: the most that a process took to begin. */
  readonly startMs: number;
  /** World ms: the shortest time-out of the world's health checks. A stall that is not far below it may have turned one. */
  readonly shortestTimeoutMs: number;
  /** World ms: the longest interval at which a health check looks. What comes late may be seen so much later. */
  readonly longestIntervalMs: number;
}

/** A world with sockets and processes, whose clock runs `speed` world seconds per real second. */
export interface LiveDrillWorld extends AnyDrillWorld {
  readonly mode: 'live';
  /** Now: it may change at any time. */
  readonly speed: number;
  /** Calls back once when world time has reached `worldMs`, however the speed changes meanwhile. Returns a way to cancel. */
  at(worldMs: number, callback: () => void): () => void;
  /** From now on somebody waits no longer than so much world time: a world that chooses its speed by itself heeds that. */
  keepPace(shortestPatienceMs: number): void;
  /** Begins to measure. Answers a way to ask for what was measured since. */
  measure(): () => LiveMeasures;
  /**
   * Connects from a vantage to an address that DNS answered, at the port of the URL. What is sent meets what lies between
   * the two: it takes its time, gets lost, or waits in silence.
   */
  connect(vantage: Vantage, address: string, port: number): Duplex;
  /** World seconds for which a cache at the vantage may keep what a name is answered with; undefined without answer. */
  ttlSeconds(name: string, vantage: Vantage): number | undefined;
}

/** What is asked of an address, as far as a model must know it. */
export interface ModelledRequest {
  readonly method: string;
  /** For example `www.example.test`. */
  readonly host: string;
  /** Path and query, for example `/`. */
  readonly path: string;
  /** True when the status is one that the user expects. */
  readonly expects: (status: number) => boolean;
  /** World ms after which the user gives up: a share of requests that takes longer fails. */
  readonly timeoutMs: number;
}

/** How requests fare that are sent to an address from a vantage now. */
export interface ModelledFate {
  /** 0 to 1: the share of them that gets no expected answer in time. */
  readonly failingShare: number;
  /** World ms from sending to the whole answer of those that get one. */
  readonly latencyMs: number;
}

/** What one traffic of a drill sends. */
export interface TrafficLoad {
  /** Its name: one word replaces the one before. */
  readonly traffic: string;
  /** Where its requests go, in equal parts. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** By world time; 0 when it is over. */
  readonly ratePerSecond: number;
}

/** A world without sockets, whose clock moves only within `waitUntil` and with calls of the API. */
export interface VirtualDrillWorld extends AnyDrillWorld {
  readonly mode: 'virtual';
  /**
   * The addresses of a name as a client at the vantage would get them now; undefined when there is no answer
   * (NXDOMAIN, SERVFAIL, no records). They sort as the live addresses do, so that clients take the same turns.
   */
  resolve(
    name: string,
    vantage: Vantage,
  ): { readonly addresses: readonly string[]; readonly ttlSeconds: number } | undefined;
  fate(vantage: Vantage, address: string, port: number, request: ModelledRequest): ModelledFate;
  /** Told what traffic sends from now on, for worlds whose balancers count requests. */
  sends?(load: TrafficLoad): void;
  /**
   * Calls back after every change that `resolve` or `fate` may show, with `now()` the moment of the change; more
   * often does no harm. Between two calls both must answer the same. Returns a way to stop.
   */
  onChange(listener: () => void): () => void;
}

/** World seconds per real second, or that the world is to choose. */
export type DrillSpeed = number | 'auto';

/** The world as a drill sees it; the command line builds one of the two. */
export type DrillWorld = LiveDrillWorld | VirtualDrillWorld;

/** What a drill needs of a world from the beginning. */
export interface DrillWorldOptions {
  readonly geography: Geography;
  readonly seed: number;
  /** World seconds per real second, for a live world; `auto`: as fast as the machine keeps up with. */
  readonly speed: DrillSpeed;
  /** The account whose resources the stack script makes, 12 digits. */
  readonly account: string;
  /** Takes lines for a person that a live world has to say while it runs. */
  readonly tell: (line: string) => void;
}
