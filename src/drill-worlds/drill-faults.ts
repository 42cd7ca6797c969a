import type { MendedFault, OpenedFault } from '../drill/ports.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import { mendFault } from '../world/fault-book.ts';
import type { FaultRequest } from '../world/faults.ts';
import type { World } from '../world/world.ts';
import { openNamedFault } from '../admin/open-named-fault.ts';

/** Opens a fault for a drill. */
export const openNow = async (
  world: World,
  request: FaultRequest,
): Promise<OpenedFault | DomainError> => {
  const fault = await openNamedFault(world, request);
  return isDomainError(fault) ? fault : { id: fault.id, begin: fault.begin, end: fault.end };
};

/** Mends a fault by its id, or all open ones of a target. */
export const mendByIdOrTarget = async (
  world: World,
  idOrTarget: string,
): Promise<MendedFault | DomainError> => {
  const matching = world.conditions.faults.filter(
    (fault) => fault.id === idOrTarget || fault.target === idOrTarget,
  );
  const [first] = matching;
  if (first === undefined) {
    return new DomainError('NoSuchFault', `Nothing is open on '${idOrTarget}'.`);
  }
  const at = world.clock.now();
  for (const fault of matching) await mendFault(world, fault.id).durable;
  return { id: first.id, at };
};
