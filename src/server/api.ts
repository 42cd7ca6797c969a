import { isBlockPlan } from '../aws/ebs/plans.ts';
import { execute, homeRegion, isAnswered, type Call } from '../aws/execute.ts';
import type { LoadedServices } from '../aws/loaded-services.ts';
import type { Service } from '../aws/operation.ts';
import type { RegionBlocks } from '../plane/disks/region-blocks.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import { noAccount, partitionShard } from '../world/entity.ts';
import { identify } from '../aws/sts/session-credentials.ts';
import type { IdentifyTemporary } from '../wire/callers.ts';
import type { Execute } from '../wire/server.ts';
import type { WorldMs } from '../world/way.ts';
import { WorldEnded } from '../world/world-ended.ts';
import type { World } from '../world/world.ts';
import { EbsDirect } from '../serving/runners/ebs-direct.ts';
import { CallFates } from './call-fates.ts';

/** Whether nobody answers for a service of that name in a Region: what is broken there has silenced it. */
export const isSilent = (
  world: World,
  services: LoadedServices,
  serviceName: string,
  region: string,
): boolean => {
  const service = services.about(serviceName);
  const home = service === undefined ? region : homeRegion({ service, region });
  return !world.conditions.apiAnswers(home, serviceName);
};

/** Says who calls with temporary credentials, by what the world knows of them at that moment. */
export const createIdentify =
  (world: () => World): IdentifyTemporary =>
  (accessKeyId, sessionToken) =>
    Promise.resolve(identify(world().view(partitionShard, noAccount), accessKeyId, sessionToken));

/** What a call is answered whose world ended before it was carried out, in the words of AWS's common errors; SDKs try again. */
export const tooLate = (error: unknown): DomainError => {
  if (!(error instanceof WorldEnded)) throw error;
  return new DomainError(
    'ServiceUnavailable',
    `The request has failed due to a temporary failure of the server. ${error.message}`,
  );
};

/** What the API needs beside the world. */
export interface ApiPorts {
  world(): World;
  readonly services: LoadedServices;
  /** Called when the code of a service has been read for a call. */
  readonly onServiceRead?: () => void;
  /** Brings into the world what an operation will read of machines and disks. */
  prepare(call: Call): Promise<void>;
  /** Settles when what the operation asked for and its answer tells of is done. */
  settle(call: Call): Promise<void>;
  /** Lets world time pass before a call that is slow goes on. */
  wait(worldMs: WorldMs): Promise<void>;
  /** A Region's blocks; absent where bytes are not kept, as in virtual time. */
  readonly regionBlocks?: (region: string) => RegionBlocks;
}

const readService = async (ports: ApiPorts, name: string): Promise<Service> => {
  const service = await ports.services.load(name);
  ports.onServiceRead?.();
  return service;
};

/**
 * Runs the calls that the wire has parsed. A share of them may fail, be throttled, hang or be late under what is broken. A
 * Region in disaster is silent, also towards a call that was under way when it was struck. An answer leaves only after
 * everything it rests on is in the journal. Whoever comes when the world has ended is told `ServiceUnavailable`.
 */
export const createExecute = (ports: ApiPorts): Execute => {
  const direct = new EbsDirect({
    world: () => ports.world(),
    regionBlocks: (region) => ports.regionBlocks?.(region),
  });
  const fates = new CallFates();
  const carryOut: Execute = async (wireCall) => {
    const service =
      ports.services.get(wireCall.service) ?? (await readService(ports, wireCall.service));
    const { region, account, operation, input, caller } = wireCall;
    const call: Call = { service, region, account, operation, input, caller };
    const world = ports.world();
    const fate = fates.fateOf(world, {
      region: homeRegion(call),
      service: service.name,
      operation,
      account,
    });
    if (fate.kind !== 'served') return fate.kind;
    if (fate.delay > 0) await ports.wait(fate.delay);
    if (!isAnswered(world, call)) return 'silence';
    if (service.load !== undefined) await service.load();
    await ports.prepare(call);
    const { output, durable } = execute(world, call);
    await durable;
    if (!isDomainError(output)) await ports.settle(call);
    const answer =
      service.carriedOutBy === 'blocks' && isBlockPlan(output)
        ? await direct.carryOut(call, output)
        : output;
    return isAnswered(world, call) ? answer : 'silence';
  };
  return (wireCall) => carryOut(wireCall).catch(tooLate);
};
