import { DomainError } from '../world/domain-error.ts';
import type { FaultRequest } from '../world/faults.ts';
import { durationMs as parseDuration } from '../text/duration.ts';

/** A request to `/_faultline/...`, as the wire hands it over. */
export interface AdminRequest {
  readonly method: string;
  /** Without the prefix: `/faults/fault-1a2b3c4d`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The parsed JSON body; undefined when there was none. */
  readonly body: unknown;
}

/** What is answered to it, as JSON. */
export interface AdminResponse {
  readonly status: number;
  readonly body: unknown;
}

/** The members of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The answer to a request that is wrong in itself. */
export const badRequest = (message: string): DomainError =>
  new DomainError('InvalidRequest', message);

/** The members of a JSON body; a stranger among them is refused by name, since a typing error must not be silent. */
export const fieldsOf = (body: unknown, allowed: readonly string[]): Fields | DomainError => {
  if (!isFields(body)) return badRequest(`The body is a JSON object with ${allowed.join(', ')}.`);
  const stranger = Object.keys(body).find((key) => !allowed.includes(key));
  return stranger === undefined
    ? body
    : badRequest(`Unknown member '${stranger}'; there are ${allowed.join(', ')}.`);
};

const durationOf = (value: unknown): number | undefined | DomainError => {
  if (value === undefined || value === null) return undefined;
  const durationMs = typeof value === 'string' ? parseDuration(value) : undefined;
  return (
    durationMs ??
    new DomainError(
      'InvalidDuration',
      `The duration ${JSON.stringify(value)} is not one such as 90s, 10m or 2h.`,
    )
  );
};

/** A member that is a number; undefined when it is not there. */
export const numberOf = (fields: Fields, name: string): number | undefined | DomainError => {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : badRequest(`'${name}' is a number, not ${JSON.stringify(value)}.`);
};

/** A member that is a string and says something; undefined when it is not there. */
export const textOf = (fields: Fields, name: string): string | undefined | DomainError => {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' && value !== ''
    ? value
    : badRequest(`'${name}' is a string, not ${JSON.stringify(value)}.`);
};

const flagOf = (fields: Fields, name: string): boolean | undefined | DomainError => {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'boolean'
    ? value
    : badRequest(`'${name}' is true or false, not ${JSON.stringify(value)}.`);
};

const namesOf = (fields: Fields, name: string): readonly string[] | undefined | DomainError => {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '')
    ? value
    : badRequest(`'${name}' is a list of names, not ${JSON.stringify(value)}.`);
};

/** The members of a request for a fault, each with its reader; durations are texts such as `10m`. */
const faultFields = {
  severity: (fields: Fields) => numberOf(fields, 'severity'),
  durationMs: (fields: Fields) => durationOf(fields['duration']),
  seed: (fields: Fields) => numberOf(fields, 'seed'),
  latencyMs: (fields: Fields) => numberOf(fields, 'latencyMs'),
  as: (fields: Fields) => textOf(fields, 'as'),
  operations: (fields: Fields) => namesOf(fields, 'operations'),
  oneWay: (fields: Fields) => flagOf(fields, 'oneWay'),
  tailMs: (fields: Fields) => durationOf(fields['tail']),
  holdMs: (fields: Fields) => durationOf(fields['hold']),
} as const satisfies Record<Exclude<keyof FaultRequest, 'target' | 'effect'>, unknown>;

const faultMembers = [
  'target',
  'effect',
  'severity',
  'duration',
  'seed',
  'latencyMs',
  'as',
  'operations',
  'oneWay',
  'tail',
  'hold',
] as const;

/** Reads the body of `POST /faults`. */
export const readFaultRequest = (body: unknown): FaultRequest | DomainError => {
  const fields = fieldsOf(body, faultMembers);
  if (fields instanceof DomainError) return fields;
  const { target, effect } = fields;
  if (typeof target !== 'string' || typeof effect !== 'string') {
    return badRequest("'target' and 'effect' are needed, both strings.");
  }
  const more: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(faultFields)) {
    const value = read(fields);
    if (value instanceof DomainError) return value;
    if (value !== undefined) more[name] = value;
  }
  // Each member was read by the reader that stands under its name.
  return { target, effect, ...(more as Omit<FaultRequest, 'target' | 'effect'>) };
};

/** The fastest clock: a world day in less than nine seconds. Beyond it sockets cannot keep up. */
const highestSpeed = 10_000;

/** Reads the body of `PUT /clock`. */
export const readSpeed = (body: unknown): number | DomainError => {
  const fields = fieldsOf(body, ['speed']);
  if (fields instanceof DomainError) return fields;
  const speed = numberOf(fields, 'speed');
  if (speed instanceof DomainError) return speed;
  return speed !== undefined && speed >= 0 && speed <= highestSpeed
    ? speed
    : badRequest(`'speed' is from 0 (time stands still) to ${highestSpeed}.`);
};

/** Reads the body of `POST /clock/advance`: milliseconds. */
export const readAdvance = (body: unknown): number | DomainError => {
  const fields = fieldsOf(body, ['by']);
  if (fields instanceof DomainError) return fields;
  const durationMs = durationOf(fields['by']);
  if (durationMs instanceof DomainError) return durationMs;
  return durationMs ?? badRequest("'by' is needed, a duration such as 90s.");
};
