import { randomUUID } from 'node:crypto';
import { refusedRegion } from '../aws/execute.ts';
import { passedHead } from '../aws/behind/passed-head.ts';
import { routeOf, type BehindRoute } from '../aws/behind/routes.ts';
import { forward, type Forwarded, type ForwardPatience } from '../plane/behind/forward.ts';
import type { CallBehind, EndBehind, ServicesBehind } from '../wire/behind.ts';
import { DomainError } from '../world/domain-error.ts';
import { partitionShard } from '../world/entity.ts';
import type { Clock } from '../world/clock.ts';
import type { World } from '../world/world.ts';
import { tooLate } from './api.ts';
import { CallFates } from './call-fates.ts';

/** What an answer from behind says of itself, so that nobody takes its state for this world's. */
const behindHeader = 'x-faultline-behind';

/** Stands for an operation that AWS's list does not have: what clients call it is nothing to count by. */
const unlisted = 'unlisted';

/** Real milliseconds. A loopback or private endpoint takes a connection at once, or nobody is there. */
const connectMs = 5_000;

/** The longest that a call of most services takes to answer is a long poll of SQS, 20 s ("ReceiveMessage", Amazon SQS API Reference). */
const usualIdleMs = 65_000;

/**
 * Services whose calls may take longer before they answer: a function may run for 15 minutes ("Lambda quotas"), a synchronous
 * execution for 5 ("StartSyncExecution", AWS Step Functions API Reference).
 */
const idleMsOf: Readonly<Record<string, number>> = { lambda: 905_000, states: 305_000 };

const patienceOf = (service: string): ForwardPatience => ({
  connectMs,
  idleMs: idleMsOf[service] ?? usualIdleMs,
});

/** What calls to services behind need of the world in front of them. */
export interface BehindPorts {
  readonly routes: readonly BehindRoute[];
  /** Whether endpoints may be elsewhere than on this machine and in private networks. */
  readonly mayBePublic: boolean;
  /** The world that runs, once it does. */
  world(): Promise<{ readonly world: World; readonly clock: Pick<Clock, 'now' | 'at'> }>;
}

const unavailable = (call: CallBehind, { endpoint }: BehindRoute, why: string): DomainError => {
  const title = endpoint.preset === undefined ? '' : ` (${endpoint.preset.title})`;
  return new DomainError(
    'ServiceUnavailable',
    `${call.service} is not Faultline's own, and the endpoint behind it, ${endpoint.origin}${title}, does not answer: ${why}.`,
  );
};

const forwardedOf = (
  call: CallBehind,
  { endpoint }: BehindRoute,
  {
    mayBePublic,
    via,
    isSilent,
  }: Pick<Forwarded, 'isSilent'> & {
    readonly mayBePublic: boolean;
    readonly via: string;
  },
): Forwarded => {
  const head = passedHead({ ...call, preset: endpoint.preset });
  return {
    request: call.request,
    response: call.response,
    body: call.body,
    endpoint: { origin: endpoint.origin, mayBePublic },
    patience: patienceOf(call.service),
    target: head.target,
    host: head.host,
    authorization: head.credential,
    extra: { ...head.extra, via: [call.request.headers.via ?? [], via].flat().join(', ') },
    answered: { [behindHeader]: endpoint.origin },
    isSilent,
  };
};

/**
 * Passes calls of services that are not ours on to the endpoints that have them. What is broken here comes first: a Region in
 * disaster is silent, also in the middle of a body; faults of the API strike by service and operation; what is slow waits.
 */
export const servicesBehind = (ports: BehindPorts): ServicesBehind => {
  const fates = new CallFates();
  // Whoever passes requests on leaves a name in them, by which one that comes back is known (RFC 9110, section 7.6.3).
  const via = `1.1 faultline-${randomUUID()}`;
  const pass = async (call: CallBehind, route: BehindRoute): Promise<EndBehind> => {
    const { service, region, account, protocol, operation = unlisted } = call;
    const { world, clock } = await ports.world();
    const refusal = refusedRegion(world.view(partitionShard, account), region, protocol);
    if (refusal !== undefined) return refusal;
    if (call.request.headers.via?.includes(via) === true) {
      return unavailable(call, route, 'it passes calls on to this world, where they came from');
    }
    const fate = fates.fateOf(world, { region, service, operation, account });
    if (fate.kind !== 'served') return fate.kind;
    if (fate.delay > 0) {
      await new Promise<void>((resolve) => {
        clock.at(clock.now() + fate.delay, resolve);
      });
    }
    const isSilent = (): boolean => !world.conditions.apiAnswers(region, service);
    if (isSilent()) return 'silence';
    const { mayBePublic } = ports;
    const end = await forward(forwardedOf(call, route, { mayBePublic, via, isSilent }));
    return end.kind === 'unavailable' ? unavailable(call, route, end.why) : end.kind;
  };
  return {
    has: (service) => routeOf(ports.routes, service) !== undefined,
    pass: async (call) => {
      const route = routeOf(ports.routes, call.service);
      if (route === undefined) throw new Error(`nobody behind has ${call.service}`);
      return await pass(call, route).catch(tooLate);
    },
  };
};
