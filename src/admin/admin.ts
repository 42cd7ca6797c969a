import { DomainError, isDomainError } from '../world/domain-error.ts';
import { mendFault } from '../world/fault-book.ts';
import { WorldEnded } from '../world/world-ended.ts';
import type { World } from '../world/world.ts';
import type { BehindRoute } from '../aws/behind/routes.ts';
import { version } from '../text/version.ts';
import {
  badRequest,
  fieldsOf,
  readAdvance,
  readFaultRequest,
  readSpeed,
  textOf,
  type AdminRequest,
  type AdminResponse,
} from './admin-request.ts';
import { imageRoutes } from './admin-images.ts';
import { instanceRoutes, type InstanceAdmin } from './admin-instances.ts';
import type { ListedMachine } from '../plane/compute/driver.ts';
import type { BlockedPath } from '../serving/runners/blocked-paths.ts';
import type { ImageTransfers } from './image-transfers.ts';
import type { EntrySocket } from '../live/live-world.ts';
import { recentStallSeconds, summarizeLateness } from '../live/lateness-text.ts';
import type { LiveClock } from '../live/live-clock.ts';
import { summarizeFault, summarizeFaults } from './fault-summary.ts';

/** What the admin API needs of a running world. */
export interface AdminWorld extends InstanceAdmin {
  /**
   * Does something with the world once it runs; nothing else of this may be asked before. The world is not ended
   * meanwhile, unless that takes long: then what is asked of it throws `WorldEnded`.
   */
  during<T>(work: () => Promise<T>): Promise<T>;
  world(): World;
  clock(): LiveClock;
  /** The clock has another speed, or was moved. */
  clockChanged(): void;
  /** What can be connected to, and where. */
  connections(): readonly { readonly what: string; readonly where: string }[];
  /** What is there and lets nobody in, and why. */
  blockedPaths(): readonly BlockedPath[];
  /** The machines that are on. */
  machines(): readonly ListedMachine[];
  readonly account: string;
  /** The account that an access key stands for. */
  accountOfKey(accessKeyId: string, sessionToken: string | undefined): Promise<string>;
  /** Where an address, name or id of AWS's side really is. */
  socketOf(
    of: string,
    port: number | undefined,
    region: string | undefined,
  ): Promise<EntrySocket | DomainError>;
  /** The place that a city or a Region is, with the DNS listener that stands for it. */
  vantageOf(of: string): Promise<object | DomainError>;
  /** Where calls of services go that are not ours. */
  behind(): readonly BehindRoute[];
  /** The operations of a service that goes behind, or of all of them; undefined when it does not. */
  operationsBehind(service: string | undefined): Promise<ReadonlySet<string> | undefined>;
  /** Copies, and images that come and go. */
  images(): ImageTransfers;
  /** Begins an empty world in the same process, once the one before it is ended. */
  reset(): Promise<void>;
}

const ok = (body: unknown): AdminResponse => ({ status: 200, body });

const statusOf = (code: string): number => {
  if (code === 'ServiceUnavailable') return 503;
  if (code.startsWith('NoSuch')) return 404;
  return code.startsWith('Conflict') ? 409 : 400;
};

const refusal = (error: DomainError): AdminResponse => ({
  status: statusOf(error.code),
  body: { error: { code: error.code, message: error.message } },
});

const answer = (value: unknown): AdminResponse =>
  isDomainError(value) ? refusal(value) : ok(value);

const clockBody = (clock: LiveClock): object => ({
  now: new Date(clock.now()).toISOString(),
  nowMs: clock.now(),
  speed: clock.speed(),
  mode: clock.speed() === 0 ? 'virtual' : 'live',
  lateRealSeconds: recentStallSeconds(clock.lateness, performance.now()),
});

const summarizeRoute = ({ services, endpoint }: BehindRoute): object => ({
  services: services ?? null,
  endpoint: endpoint.origin,
  emulator: endpoint.preset?.name ?? null,
});

const faultsBody = (world: World): object => ({ faults: summarizeFaults(world) });

/** The account that a query names, else the world's own. */
const accountIn = (admin: AdminWorld, query: URLSearchParams): string | DomainError => {
  const account = query.get('account') ?? admin.account;
  return /^\d{12}$/.test(account)
    ? account
    : new DomainError('InvalidRequest', `'account' is 12 digits, not '${account.slice(0, 100)}'.`);
};

const worldBody = async (admin: AdminWorld, { query }: AdminRequest): Promise<AdminResponse> => {
  const account = accountIn(admin, query);
  if (isDomainError(account)) return refusal(account);
  const world = admin.world();
  // It looks into every service: code that a world which is only asked for its health never reads.
  const { summarizeRegions } = await import('./world-summary.ts');
  const { summarizeUserData } = await import('./user-data-summary.ts');
  return ok({
    version,
    seed: world.seed,
    account,
    clock: clockBody(admin.clock()),
    lateness: summarizeLateness(admin.clock().lateness, performance.now()),
    ...faultsBody(world),
    regions: summarizeRegions(world, account, query.get('own') === 'true'),
    blocked: admin.blockedPaths(),
    userDataLeftOut: summarizeUserData(admin.machines()),
    connections: admin.connections(),
    behind: admin.behind().map(summarizeRoute),
  });
};

const faultsIn = async (admin: AdminWorld, { query }: AdminRequest): Promise<AdminResponse> => {
  const world = admin.world();
  const region = query.get('region');
  if (region === null) return ok(faultsBody(world));
  if (world.geography.region(region) === undefined) {
    return refusal(new DomainError('NoSuchRegion', `There is no Region '${region}'.`));
  }
  const { regionsOfTarget } = await import('./fault-regions.ts');
  const faults = summarizeFaults(world);
  return ok({
    faults: faults.filter(({ target }) => regionsOfTarget(world, target).includes(region)),
  });
};

const targetBody = async (admin: AdminWorld, { query }: AdminRequest): Promise<AdminResponse> => {
  const account = accountIn(admin, query);
  if (isDomainError(account)) return refusal(account);
  const { namedTarget } = await import('./named-target.ts');
  const region = query.get('region') ?? undefined;
  return ok({ target: namedTarget(admin.world(), query.get('of') ?? '', { account, region }) });
};

const callerBody = async (admin: AdminWorld, { body }: AdminRequest): Promise<AdminResponse> => {
  const fields = fieldsOf(body, ['accessKeyId', 'sessionToken']);
  if (isDomainError(fields)) return refusal(fields);
  const accessKeyId = textOf(fields, 'accessKeyId');
  const sessionToken = textOf(fields, 'sessionToken');
  if (isDomainError(accessKeyId)) return refusal(accessKeyId);
  if (isDomainError(sessionToken)) return refusal(sessionToken);
  if (accessKeyId === undefined) return refusal(badRequest("'accessKeyId' is needed."));
  return ok({ account: await admin.accountOfKey(accessKeyId, sessionToken) });
};

const createFault = async (admin: AdminWorld, body: unknown): Promise<AdminResponse> => {
  const world = admin.world();
  const request = readFaultRequest(body);
  if (isDomainError(request)) return refusal(request);
  // It knows every service: code that a world which nobody breaks never reads.
  const { openNamedFault } = await import('./open-named-fault.ts');
  const fault = await openNamedFault(world, request, (service) => admin.operationsBehind(service));
  return isDomainError(fault) ? refusal(fault) : ok(summarizeFault(fault, world.clock.now()));
};

const deleteFault = async (world: World, id: string): Promise<AdminResponse> => {
  const derived = world.conditions
    .consequences(world.clock.now())
    .find((consequence) => consequence.id === id);
  if (derived !== undefined) {
    return refusal(
      new DomainError(
        'ConflictingFault',
        `${id} follows from ${derived.derivedFrom} and ends with it: mend that one.`,
      ),
    );
  }
  const { output, durable } = mendFault(world, id);
  await durable;
  if (isDomainError(output)) return refusal(output);
  const { target, recovery } = summarizeFault(output, world.clock.now());
  return ok({ id, target, ...(recovery === undefined ? {} : { recovery }) });
};

const advance = async (admin: AdminWorld, body: unknown): Promise<AdminResponse> => {
  const clock = admin.clock();
  if (clock.speed() !== 0) {
    return refusal(
      new DomainError(
        'ConflictingClock',
        'The clock is running; only one that stands still (speed 0) can be advanced.',
      ),
    );
  }
  const by = readAdvance(body);
  if (isDomainError(by)) return refusal(by);
  await clock.advance(by);
  admin.clockChanged();
  return ok(clockBody(clock));
};

const setSpeed = (admin: AdminWorld, body: unknown): AdminResponse => {
  const clock = admin.clock();
  const speed = readSpeed(body);
  if (isDomainError(speed)) return refusal(speed);
  clock.setSpeed(speed);
  admin.clockChanged();
  return ok(clockBody(clock));
};

const addressBody = async (admin: AdminWorld, query: URLSearchParams): Promise<AdminResponse> => {
  const of = query.get('of');
  if (of === null || of === '') {
    return refusal(
      new DomainError('InvalidRequest', "The query needs 'of', an address, a name or an id."),
    );
  }
  const port = query.get('port');
  if (port !== null && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return refusal(new DomainError('InvalidRequest', `'port' is from 1 to 65535, not '${port}'.`));
  }
  const region = query.get('region') ?? undefined;
  return answer(await admin.socketOf(of, port === null ? undefined : Number(port), region));
};

type Route = (
  admin: AdminWorld,
  request: AdminRequest,
  rest: string,
) => AdminResponse | Promise<AdminResponse>;

const aboutImages: Readonly<Record<string, Route>> = Object.fromEntries(
  Object.entries(imageRoutes).map(([name, route]): [string, Route] => [
    name,
    async (admin, request, rest) => answer(await route(admin, request, rest)),
  ]),
);

const aboutInstances: Readonly<Record<string, Route>> = Object.fromEntries(
  Object.entries(instanceRoutes).map(([name, route]): [string, Route] => [
    name,
    async (admin, request) => answer(await route(admin, request)),
  ]),
);

/** Method and path of each thing that can be asked; a path that ends in `/` takes one more part. */
const routes: Readonly<Record<string, Route>> = {
  'GET /health': () => ok({ status: 'ready', version }),
  'GET /world': worldBody,
  'GET /faults': faultsIn,
  'GET /target': targetBody,
  'POST /caller': callerBody,
  'POST /faults': (admin, request) => createFault(admin, request.body),
  'DELETE /faults/': (admin, _request, id) => deleteFault(admin.world(), id),
  'GET /address': (admin, request) => addressBody(admin, request.query),
  'GET /vantage': async (admin, request) => {
    const of = request.query.get('of');
    return of === null || of === ''
      ? refusal(new DomainError('InvalidRequest', "The query needs 'of', a city or a Region."))
      : answer(await admin.vantageOf(of));
  },
  'GET /clock': (admin) => ok(clockBody(admin.clock())),
  'PUT /clock': (admin, request) => setSpeed(admin, request.body),
  'POST /clock/advance': (admin, request) => advance(admin, request.body),
  ...aboutImages,
  ...aboutInstances,
  'POST /reset': async (admin) => {
    await admin.reset();
    return ok({ status: 'ready' });
  },
};

const routeOf = (
  request: AdminRequest,
): { readonly route: Route; readonly rest: string } | undefined => {
  const exact = routes[`${request.method} ${request.path}`];
  if (exact !== undefined) return { route: exact, rest: '' };
  const slash = request.path.lastIndexOf('/') + 1;
  const rest = request.path.slice(slash);
  const prefixed = routes[`${request.method} ${request.path.slice(0, slash)}`];
  return prefixed === undefined || rest === '' ? undefined : { route: prefixed, rest };
};

/** Health is asked by those who wait for the world, and a reset waits for the end of what is asked of it. */
const ofNoWorld: ReadonlySet<string> = new Set(['/health', '/reset']);

/**
 * The admin API: `/_faultline/...` of the endpoint. Errors are `{"error":{"code","message"}}` with 400, 404 or 409, and
 * with 503 for what its world has not lived to see.
 */
export const createAdmin =
  (admin: AdminWorld) =>
  async (request: AdminRequest): Promise<AdminResponse> => {
    const found = routeOf(request);
    if (found === undefined) {
      return refusal(
        new DomainError(
          'NoSuchPath',
          `There is no ${request.method} /_faultline${request.path}. There are: ${Object.keys(
            routes,
          )
            .map((route) => route.replace(' ', ' /_faultline'))
            .join(', ')}.`,
        ),
      );
    }
    const answering = async (): Promise<AdminResponse> => found.route(admin, request, found.rest);
    try {
      return ofNoWorld.has(request.path) ? await answering() : await admin.during(answering);
    } catch (error) {
      if (!(error instanceof WorldEnded)) throw error;
      return refusal(new DomainError('ServiceUnavailable', error.message));
    }
  };
