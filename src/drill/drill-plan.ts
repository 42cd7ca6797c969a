import type { Geography } from '../atlas/geography.ts';
import type { Place } from '../atlas/places.ts';
import type { FaultRequest } from '../world/faults.ts';
import type { Objective } from './objectives.ts';
import type { DrillSpeed } from './ports.ts';

/** What a user asks for, again and again. */
export interface PlannedRequest {
  /** For example `GET`. */
  readonly method: string;
  /** As it stood in the file. */
  readonly url: string;
  /** For example `www.example.test`. */
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** True when the status is one that the user expects. */
  readonly expects: (status: number) => boolean;
}

/** Users of one kind at one place. */
export interface PlannedTraffic {
  readonly name: string;
  readonly place: Place;
  readonly request: PlannedRequest;
  /** Requests per world second, of all clients together. */
  readonly ratePerSecond: number;
  /** How many clients, each with a DNS cache of its own. */
  readonly clients: number;
  /** World ms after which a user gives up. */
  readonly timeoutMs: number;
}

/** Something that the drill does to the world; `atMs` is drill time. */
export type PlannedStep =
  | { readonly kind: 'break'; readonly atMs: number; readonly fault: FaultRequest }
  | { readonly kind: 'mend'; readonly atMs: number; readonly target: string };

/** A drill whose file has been found to be right. */
export interface DrillPlan {
  readonly name: string;
  /** The file as the user named it, for messages. */
  readonly file: string;
  /** The script that builds the stack: an absolute path. */
  readonly stackFile: string;
  /** Of the world that it runs in. */
  readonly geography: Geography;
  readonly seed: number;
  /** World seconds per real second of a live run. */
  readonly speed: DrillSpeed;
  /** World ms. */
  readonly durationMs: number;
  readonly traffic: readonly PlannedTraffic[];
  /** In the order of their times. */
  readonly timeline: readonly PlannedStep[];
  readonly objectives: readonly Objective[];
}
