import { dirname, resolve } from 'node:path';
import { statSync } from 'node:fs';
import type { Geography } from '../atlas/geography.ts';
import { explainPlaceLookup, Places, type Place } from '../atlas/places.ts';
import { isDomainError, type DomainError } from '../world/domain-error.ts';
import { makeFault } from '../world/faults.ts';
import type { DrillPlan, PlannedRequest, PlannedStep, PlannedTraffic } from './drill-plan.ts';
import { readObjective, type Objective } from './objectives.ts';
import type { DrillSpeed } from './ports.ts';
import {
  duration,
  fields,
  flag,
  invalid,
  isMapping,
  list,
  mustBe,
  number,
  optional,
  text,
  texts,
  type Fielded,
  type Read,
} from './read-fields.ts';

const positive = number('a number above 0', (value) => value > 0);
const wholePositive = number(
  'a whole number above 0',
  (value) => Number.isInteger(value) && value > 0,
);

const defaultClients = 10;
const defaultTimeoutMs = 5000;
/** Beyond these a drill is a mistake in typing rather than a wish. */
const mostClients = 100_000;
const longestDurationMs = 30 * 86_400_000;

const vantageIn =
  (places: Places): Read<Place> =>
  (value, place) => {
    const name = text(value, place);
    if (isDomainError(name)) return name;
    const found = places.find(name);
    return found.kind === 'found' ? found.place : invalid(place, explainPlaceLookup(name, found));
  };

const isSuccess = (status: number): boolean => status >= 200 && status < 400;

const expectedStatus: Read<(status: number) => boolean> = (value, place) => {
  const statuses: readonly unknown[] = Array.isArray(value) ? value : [value];
  const wrong = statuses.find(
    (status) =>
      typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599,
  );
  if (wrong !== undefined || statuses.length === 0) {
    return mustBe(place, 'an HTTP status such as 200, or a list of them', value);
  }
  return (status) => statuses.includes(status);
};

const requestFields = fields({
  method: optional(text),
  url: text,
  headers: optional(texts),
  expectStatus: optional(expectedStatus),
});

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.startsWith('[');

const request: Read<PlannedRequest> = (value, place) => {
  const read = requestFields(typeof value === 'string' ? { url: value } : value, place);
  if (isDomainError(read)) return read;
  const at = typeof value === 'string' ? place : `${place}.url`;
  const url = URL.parse(read.url);
  if (url === null) return mustBe(at, 'a URL such as http://www.example.test/', read.url);
  if (url.protocol !== 'http:') {
    return invalid(at, `only http is served so far, not '${url.protocol.replace(':', '')}'.`);
  }
  if (isAddress(url.hostname)) {
    return invalid(
      at,
      `users go to a name that DNS answers, not to the address '${url.hostname}'.`,
    );
  }
  return {
    method: (read.method ?? 'GET').toUpperCase(),
    url: read.url,
    host: url.hostname,
    port: url.port === '' ? 80 : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: read.headers ?? {},
    expects: read.expectStatus ?? isSuccess,
  };
};

const trafficFieldsIn = (places: Places) =>
  fields({
    name: text,
    vantage: vantageIn(places),
    request,
    rate: positive,
    clients: optional(wholePositive),
    timeout: optional(duration),
  });

const traffic = (places: Places, value: unknown, place: string): PlannedTraffic | DomainError => {
  const read = trafficFieldsIn(places)(value, place);
  if (isDomainError(read)) return read;
  const clients = read.clients ?? defaultClients;
  if (clients > mostClients) return mustBe(`${place}.clients`, `at most ${mostClients}`, clients);
  const timeoutMs = read.timeout ?? defaultTimeoutMs;
  if (timeoutMs === 0) return invalid(`${place}.timeout`, 'is longer than nothing.');
  return {
    name: read.name,
    place: read.vantage,
    request: read.request,
    ratePerSecond: read.rate,
    clients,
    timeoutMs,
  };
};

const breakFields = fields({
  at: duration,
  break: text,
  effect: text,
  severity: optional(positive),
  duration: optional(duration),
  latencyMs: optional(number('a number, 0 or more', (value) => value >= 0)),
  as: optional(text),
  operations: optional(list(text)),
  oneWay: optional(flag),
  tail: optional(duration),
  hold: optional(duration),
  seed: optional(number('a whole number', Number.isInteger)),
});

const mendFields = fields({ at: duration, mend: text });

const step = (geography: Geography, value: unknown, place: string): PlannedStep | DomainError => {
  if (isMapping(value) && value['mend'] !== undefined) {
    const read = mendFields(value, place);
    return isDomainError(read) ? read : { kind: 'mend', atMs: read.at, target: read.mend };
  }
  const read = breakFields(value, place);
  if (isDomainError(read)) return read;
  const fault = {
    target: read.break,
    effect: read.effect,
    severity: read.severity,
    durationMs: read.duration,
    latencyMs: read.latencyMs,
    as: read.as,
    operations: read.operations,
    oneWay: read.oneWay,
    tailMs: read.tail,
    holdMs: read.hold,
    seed: read.seed,
  };
  const checked = makeFault(geography, 'checked', 0, fault);
  return isDomainError(checked)
    ? invalid(place, checked.message)
    : { kind: 'break', atMs: read.at, fault };
};

const objectives: Read<readonly Objective[]> = (value, place) => {
  if (!isMapping(value)) return mustBe(place, 'a mapping such as { rto: 3m }', value);
  const all: Objective[] = [];
  for (const [name, limit] of Object.entries(value)) {
    const one = readObjective(name, limit, `${place}.${name}`);
    if (isDomainError(one)) return one;
    all.push(one);
  }
  return all;
};

const speed: Read<DrillSpeed> = (value, place) => {
  if (typeof value === 'number') return positive(value, place);
  return value === 'auto' ? value : mustBe(place, 'a number above 0, or auto', value);
};

const drillFieldsIn = (geography: Geography) => {
  const places = new Places(geography);
  return fields({
    name: text,
    stack: text,
    seed: optional(
      number('a whole number, 0 or more', (value) => Number.isInteger(value) && value >= 0),
    ),
    speed: optional(speed),
    duration,
    traffic: list((value, place) => traffic(places, value, place)),
    timeline: optional(list((value, place) => step(geography, value, place))),
    objectives: optional(objectives),
    world: optional(text),
  });
};

type ReadDrill = Fielded<{
  readonly duration: typeof duration;
  readonly traffic: Read<readonly PlannedTraffic[]>;
}>;

const badWhole = (read: ReadDrill): DomainError | undefined => {
  if (read.duration === 0) return invalid('duration', 'is longer than nothing.');
  if (read.duration > longestDurationMs) return invalid('duration', 'is at most 30d.');
  if (read.traffic.length === 0)
    return invalid('traffic', 'is empty: nobody would notice anything.');
  const names = read.traffic.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  return twice === -1
    ? undefined
    : invalid(`traffic[${twice}].name`, `'${names[twice] ?? ''}' is there twice.`);
};

type Mend = Extract<PlannedStep, { kind: 'mend' }>;

/** Whether something that was broken before is still so when it is to be mended. */
const isBrokenThen = (steps: readonly PlannedStep[], mend: Mend): boolean =>
  steps.some(
    (one) =>
      one.kind === 'break' &&
      one.fault.target === mend.target &&
      one.atMs < mend.atMs &&
      one.atMs + (one.fault.durationMs ?? Infinity) > mend.atMs &&
      !steps.some(
        (other) =>
          other.kind === 'mend' &&
          other.target === mend.target &&
          other.atMs > one.atMs &&
          other.atMs < mend.atMs,
      ),
  );

/** What is wrong with the times and the order of a timeline. */
const badTimeline = (
  steps: readonly PlannedStep[],
  durationMs: number,
): DomainError | undefined => {
  for (const [index, one] of steps.entries()) {
    const place = `timeline[${index}]`;
    if (one.atMs >= durationMs) {
      return invalid(`${place}.at`, 'is not before the end of the drill, its duration.');
    }
    if (one.kind === 'mend' && !isBrokenThen(steps, one)) {
      return invalid(`${place}.mend`, `'${one.target}' is not broken at that time.`);
    }
  }
  return undefined;
};

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * Checks a drill as it was written and makes it a plan, without starting anything. `file` is its absolute path, from
 * which the stack script's path counts; `shownFile` is what the user called it. The error is `InvalidDrill`.
 */
export const checkDrill = (
  written: unknown,
  file: string,
  shownFile: string,
  geography: Geography,
): DrillPlan | DomainError => {
  const read = drillFieldsIn(geography)(written, '');
  if (isDomainError(read)) return read;
  const timeline = read.timeline ?? [];
  const problem = badWhole(read) ?? badTimeline(timeline, read.duration);
  if (problem !== undefined) return problem;
  const stackFile = resolve(dirname(file), read.stack);
  if (!isFile(stackFile))
    return invalid('stack', `there is no file '${read.stack}' beside the drill.`);
  return {
    name: read.name,
    file: shownFile,
    stackFile,
    geography,
    seed: read.seed ?? 1,
    speed: read.speed ?? 'auto',
    durationMs: read.duration,
    traffic: read.traffic,
    timeline: timeline.toSorted((a, b) => a.atMs - b.atMs),
    objectives: read.objectives ?? [],
  };
};
