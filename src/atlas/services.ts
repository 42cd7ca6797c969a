import { nearestNames } from './choose/nearest-names.ts';
import facts from './facts/services.json' with { type: 'json' };
import { plainText } from './plain-text.ts';
import { refreshedService } from './refreshed-facts.ts';

/** A service of AWS. */
export interface Service {
  /** The id that AWS's public parameters use, or the endpoint's name of a service that they do not list. */
  readonly id: string;
  /** For example `Amazon Simple Storage Service (S3)`; the id where no list has a name. */
  readonly name: string;
  /** The name in the host names of its endpoints; undefined where it is not known. */
  readonly endpoint: string | undefined;
  /** It is not in any one Region, or in all. */
  readonly global: boolean;
}

/**
 * Whether a service is in a Region: a list has it there; the lists know the service and the Region, and none has it
 * there, which is no proof; or no list can tell.
 */
export type Availability = 'present' | 'absent-in-the-data' | 'unknown';

/** What a service's name led to. */
export type ServiceLookup =
  | { readonly kind: 'found'; readonly service: Service }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Service[] }
  /** The nearest ids, nearest first; perhaps none. */
  | { readonly kind: 'unknown'; readonly nearest: readonly string[] };

interface ServiceFact extends Service {
  /** Undefined where the list does not have the service. */
  readonly byParameters: ReadonlySet<string> | undefined;
  readonly byEndpoints: ReadonlySet<string> | undefined;
}

const regionOf = (letter: string): string =>
  facts.regions[(letter.codePointAt(0) ?? 0) - (letter >= 'a' ? 97 : 39)] ?? '';

const regionSet = (letters: string | null | undefined): ReadonlySet<string> | undefined =>
  letters === null || letters === undefined || letters === '*'
    ? undefined
    : new Set(Array.from(letters, regionOf));

const factOf = (row: readonly (string | null)[]): ServiceFact => {
  const [id, name, endpoint, byParameters, byEndpoints] = row;
  return {
    id: id ?? '',
    name: name ?? id ?? '',
    endpoint: endpoint ?? undefined,
    global: byEndpoints === '*',
    byParameters: regionSet(byParameters),
    byEndpoints: regionSet(byEndpoints),
  };
};

const factById: ReadonlyMap<string, ServiceFact> = new Map(
  facts.services.map((row) => factOf(row)).map((fact) => [fact.id, fact]),
);

/** All services that the lists know, by their ids. */
export const services: readonly Service[] = [...factById.values()].map(
  ({ id, name, endpoint, global }) => ({ id, name, endpoint, global }),
);

const serviceById: ReadonlyMap<string, Service> = new Map(
  services.map((service) => [service.id, service]),
);

const regionsIn = (list: (fact: ServiceFact) => ReadonlySet<string> | undefined) =>
  new Set([...factById.values()].flatMap((fact) => [...(list(fact) ?? [])]));

const regionsOfParameters = regionsIn((fact) => fact.byParameters);
const regionsOfEndpoints = regionsIn((fact) => fact.byEndpoints);

/** Whether a service, by its id, is in a Region. An id that no list has is unknown everywhere. */
export const serviceAvailability = (serviceId: string, region: string): Availability => {
  const fact = factById.get(serviceId);
  if (fact === undefined) return 'unknown';
  const told = fact.byParameters === undefined ? undefined : refreshedService(serviceId, region);
  if (told !== undefined && !fact.global) return told ? 'present' : 'absent-in-the-data';
  const isKnownRegion = regionsOfParameters.has(region) || regionsOfEndpoints.has(region);
  if (fact.global) return isKnownRegion ? 'present' : 'unknown';
  const { byParameters, byEndpoints } = fact;
  if (byParameters?.has(region) === true || byEndpoints?.has(region) === true) return 'present';
  const isCovered =
    (byParameters !== undefined && regionsOfParameters.has(region)) ||
    (byEndpoints !== undefined && regionsOfEndpoints.has(region));
  return isCovered ? 'absent-in-the-data' : 'unknown';
};

/** The services that a list has in a Region, global ones among them. */
export const servicesIn = (region: string): readonly Service[] =>
  services.filter((service) => serviceAvailability(service.id, region) === 'present');

/** Names that people and programs use and no list has. */
const nicknames: Readonly<Record<string, string>> = {
  alb: 'elb',
  'application load balancer': 'elb',
  apigw: 'apigateway',
  'auto scaling': 'autoscaling',
  cw: 'cloudwatch',
  ddb: 'dynamodb',
  elbv2: 'elb',
  kinesisstreams: 'kinesis',
  'load balancer': 'elb',
  'load balancing': 'elb',
  msk: 'kafka',
  nlb: 'elb',
  'network load balancer': 'elb',
  opensearch: 'es',
  'secrets manager': 'secretsmanager',
  sfn: 'stepfunctions',
  'systems manager': 'ssm',
};

/** A full name as people say it: without the maker, and what stands in brackets on its own. */
const spokenNames = (name: string): readonly string[] => {
  const bare = name.replace(/^(amazon|aws) /i, '');
  const inBrackets = /\(([^)]+)\)/.exec(bare)?.[1];
  const outside = bare.replaceAll(/\([^)]*\)/g, '');
  return [
    name,
    bare,
    outside,
    ...(inBrackets === undefined ? [] : [inBrackets, inBrackets.replace(/^(amazon|aws) /i, '')]),
  ];
};

const tight = (text: string): string => plainText(text).replaceAll(' ', '');

/** Ids before names, so that `sms` is the service of that id and not one that is also called so. */
const indexes = (): readonly ReadonlyMap<string, readonly Service[]>[] => {
  const indexBy = (callings: (service: Service) => readonly string[]) =>
    Map.groupBy(
      services.flatMap((service) =>
        [...new Set(callings(service).map(tight))].map((calling) => ({ calling, service })),
      ),
      ({ calling }) => calling,
    );
  const plain = (index: ReturnType<typeof indexBy>) =>
    new Map([...index].map(([calling, hits]) => [calling, hits.map(({ service }) => service)]));
  const byNickname = new Map(
    Object.entries(nicknames).flatMap(([nickname, id]) => {
      const service = serviceById.get(id);
      return service === undefined ? [] : [[tight(nickname), [service]] as const];
    }),
  );
  return [
    plain(indexBy((service) => [service.id])),
    byNickname,
    plain(indexBy((service) => (service.endpoint === undefined ? [] : [service.endpoint]))),
    plain(indexBy((service) => spokenNames(service.name))),
  ];
};

let index: readonly ReadonlyMap<string, readonly Service[]>[] | undefined;

/**
 * Finds a service by its id (`s3`), its endpoint (`states`), its name (`AWS Step Functions`, `step functions`) or a
 * common short one (`alb`). Case, spaces and punctuation do not count.
 */
export const findService = (text: string): ServiceLookup => {
  const exact = serviceById.get(text);
  if (exact !== undefined) return { kind: 'found', service: exact };
  index ??= indexes();
  const wanted = tight(text);
  for (const calling of index) {
    const [service, ...others] = calling.get(wanted) ?? [];
    if (service === undefined) continue;
    if (others.length > 0) return { kind: 'ambiguous', candidates: [service, ...others] };
    return { kind: 'found', service };
  }
  const names = services.flatMap((service) => [
    service.id,
    ...spokenNames(service.name).slice(1, 3),
  ]);
  const idOf = new Map(
    services.flatMap((service) =>
      [service.id, ...spokenNames(service.name)].map((name) => [name, service.id] as const),
    ),
  );
  const nearest = nearestNames(text, [...new Set(names)], 6).map((name) => idOf.get(name) ?? name);
  return { kind: 'unknown', nearest: [...new Set(nearest)].slice(0, 3) };
};

/** Where the lists of services come from, and what they are worth. */
export const serviceSources: readonly { readonly source: string; readonly date: string }[] = [
  { source: facts._sources.parameters, date: '2025-05-24' },
  { source: facts._sources.endpoints, date: '2026-08-07' },
];
