import { DomainError } from '../../world/domain-error.ts';
import { services as ours } from '../services.ts';
import { isPreset, presets, type Preset, type PresetName } from './presets.ts';

/** An endpoint that has operations which Faultline has not. */
interface EndpointBehind {
  /** `http://127.0.0.1:5000` */
  readonly origin: string;
  /** What is known of it; undefined: nothing, so every request passes as it came. */
  readonly preset: Preset | undefined;
}

/** Where calls of some services go. */
export interface BehindRoute {
  /** Names in credential scopes; undefined: of all services that neither are Faultline's nor are named by another route. */
  readonly services: readonly string[] | undefined;
  readonly endpoint: EndpointBehind;
}

/** A route as it was asked for. Without an origin the emulator is still to be started. */
export interface AskedRoute {
  readonly services: readonly string[] | undefined;
  readonly origin: string | undefined;
  readonly preset: PresetName | undefined;
}

const ourNames: ReadonlySet<string> = new Set(ours.map(({ name }) => name));

/** Whether a service is Faultline's own, so that nothing of it goes behind: its state would be in two places. */
export const isOurs = (service: string): boolean => ourNames.has(service);

/** Where the calls of a service go: to the route that names it, else to the one for all others; undefined for our own. */
export const routeOf = (routes: readonly BehindRoute[], service: string): BehindRoute | undefined =>
  isOurs(service)
    ? undefined
    : (routes.find(({ services }) => services?.includes(service)) ??
      routes.find(({ services }) => services === undefined));

const problem = (text: string, why: string): DomainError =>
  new DomainError('InvalidBehind', `'${text}' ${why}`);

const originOf = (text: string, url: string): string | DomainError => {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    return problem(text, 'has no URL such as http://127.0.0.1:5000');
  }
  return parsed.pathname === '/' &&
    parsed.search === '' &&
    parsed.hash === '' &&
    parsed.username === '' &&
    parsed.password === ''
    ? parsed.origin
    : problem(text, 'has more than scheme, host and port in its URL');
};

/** Emulators that Faultline can start by itself: they need no URL. */
const startable: readonly PresetName[] = ['moto'];

const readTarget = (
  text: string,
  target: string,
): Pick<AskedRoute, 'origin' | 'preset'> | DomainError => {
  if (isPreset(target)) {
    const origin = startable.includes(target) ? undefined : presets[target].usualUrl;
    return { origin, preset: target };
  }
  const [first = '', ...rest] = target.split('+');
  const url = isPreset(first) ? rest.join('+') : target;
  const origin = originOf(text, url);
  if (origin instanceof DomainError) return origin;
  return { origin, preset: isPreset(first) ? first : undefined };
};

/** What AWS calls the services that a name stands for, as credential scopes have them; none when AWS has no such service. */
export type ScopesOf = (name: string) => readonly string[];

const readServices = (
  text: string,
  names: string,
  scopesOf: ScopesOf,
): readonly string[] | DomainError => {
  const scopes: string[] = [];
  for (const name of names.split(',')) {
    const found = scopesOf(name.trim().toLowerCase());
    if (found.length === 0) return problem(text, `names '${name}', which is no service of AWS`);
    const own = found.find((scope) => isOurs(scope));
    if (own !== undefined) {
      return problem(
        text,
        `names '${name}', which Faultline has itself: what of it is not built stays NotImplemented, or its state would be in two places`,
      );
    }
    scopes.push(...found);
  }
  return scopes;
};

/**
 * Reads one `--behind`: `[SERVICES=]TARGET`, where TARGET is the name of an emulator, a URL, or both as
 * `localstack+http://127.0.0.1:4567`. The error says what is wrong with it.
 */
export const readRoute = (text: string, scopesOf: ScopesOf): AskedRoute | DomainError => {
  const at = text.indexOf('=');
  const services = at === -1 ? undefined : readServices(text, text.slice(0, at), scopesOf);
  if (services instanceof DomainError) return services;
  const target = readTarget(text, text.slice(at + 1));
  return target instanceof DomainError ? target : { services, ...target };
};

/** What is wrong with routes side by side: a service has one place to go. */
export const conflictOf = (routes: readonly AskedRoute[]): DomainError | undefined => {
  const seen = new Set<string>();
  for (const { services } of routes) {
    for (const name of services ?? ['']) {
      if (seen.has(name)) {
        return new DomainError(
          'InvalidBehind',
          name === ''
            ? 'only one of them may be for all services: the others name theirs, as in sqs,sns=URL'
            : `two of them name ${name}`,
        );
      }
      seen.add(name);
    }
  }
  return undefined;
};
