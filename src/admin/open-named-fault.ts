import { isKnownTypeOrFamily } from '../aws/ec2/instances/instance-type-facts.ts';
import { Volumes } from '../aws/ec2/instances/instance-entities.ts';
import { noHost } from '../aws/host.ts';
import { services } from '../aws/services.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import { openFault } from '../world/fault-book.ts';
import { parseFaultTarget } from '../world/fault-targets.ts';
import type { Fault, FaultRequest } from '../world/faults.ts';
import type { World } from '../world/world.ts';
import { instanceHosts } from '../serving/addresses/instance-hosts.ts';

/** The operations of a service that goes behind, or of all that do; undefined when it does not. */
type OperationsBehind = (service: string | undefined) => Promise<ReadonlySet<string> | undefined>;

const unknown = (target: string, why: string): DomainError =>
  new DomainError('InvalidTarget', `Unknown target '${target}': ${why}.`);

const hasVolume = (world: World, volumeId: string): boolean =>
  world.regionalViews().some((view) => view.get(Volumes, volumeId) !== undefined);

/** The first of the operations that the struck API has not; those of all services where it is a whole Region's. */
const missingOperation = async (
  world: World,
  { target: named, operations }: FaultRequest,
  operationsBehind: OperationsBehind,
): Promise<DomainError | undefined> => {
  const target = parseFaultTarget(world.geography, named);
  if (operations === undefined || isDomainError(target) || target.kind !== 'api') return undefined;
  const struck = services.filter(({ name }) => [undefined, name].includes(target.service));
  // Their names alone are wanted, and these need no host.
  const read = await Promise.all(struck.map((about) => about.read(noHost)));
  const behind = await operationsBehind(target.service);
  const strange = operations.find(
    (operation) =>
      behind?.has(operation) !== true &&
      !read.some((service) => Object.hasOwn(service.operations, operation)),
  );
  return strange === undefined
    ? undefined
    : new DomainError(
        'InvalidOperations',
        `There is no operation '${strange}' in ${named}; docs/coverage.md lists those there are.`,
      );
};

/** What is wrong with a target that is well written but stands for nothing in this world. */
const missing = (world: World, named: string): DomainError | undefined => {
  const target = parseFaultTarget(world.geography, named);
  if (isDomainError(target)) return target;
  if (target.kind === 'instance' && instanceHosts(world).byId(target.instanceId) === undefined) {
    return unknown(named, `there is no instance '${target.instanceId}'`);
  }
  if (target.kind === 'volume' && !hasVolume(world, target.volumeId)) {
    return unknown(named, `there is no volume '${target.volumeId}'`);
  }
  if (target.kind === 'stock' && !isKnownTypeOrFamily(target.typeOrFamily)) {
    return unknown(
      named,
      `there is no instance type or family '${target.typeOrFamily}'; DescribeInstanceTypes lists them`,
    );
  }
  return undefined;
};

/** A service that neither is here nor goes behind. */
const missingService = async (
  world: World,
  named: string,
  operationsBehind: OperationsBehind,
): Promise<DomainError | undefined> => {
  const target = parseFaultTarget(world.geography, named);
  if (isDomainError(target) || target.kind !== 'api' || target.service === undefined) return;
  const names = services.map((service) => service.name).toSorted();
  if (names.includes(target.service)) return undefined;
  if ((await operationsBehind(target.service)) !== undefined) return undefined;
  return unknown(named, `there is no service '${target.service}'; there are ${names.join(', ')}`);
};

/**
 * Breaks something that is there. The errors are those of `makeFault`, and `InvalidTarget` or `InvalidOperations` for an instance, an
 * instance type, a volume, a service or an operation that this world has not: a fault that strikes nothing would look like resilience.
 */
export const openNamedFault = async (
  world: World,
  request: FaultRequest,
  operationsBehind: OperationsBehind = () => Promise.resolve(undefined),
): Promise<Fault | DomainError> => {
  const problem =
    missing(world, request.target) ??
    (await missingService(world, request.target, operationsBehind)) ??
    (await missingOperation(world, request, operationsBehind));
  if (problem !== undefined) return problem;
  const { output, durable } = openFault(world, request);
  await durable;
  return output;
};
