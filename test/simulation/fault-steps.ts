import { Instances } from '../../src/aws/ec2/instances/instance-entities.ts';
import { Subnets } from '../../src/aws/ec2/entities.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { mendFault, openFault } from '../../src/world/fault-book.ts';
import type { FaultRequest } from '../../src/world/faults.ts';
import { Broken, listOf, once, oneOf, type Home, type Run } from './run.ts';

const zoneOf = (run: Run, home: Home): string => {
  const used = run.random.pick(listOf(run, home, Subnets))?.zoneId;
  const zones = run.simulated.world.geography.region(home.region)?.zoneIds ?? [];
  return (once(run, 4) ? undefined : used) ?? run.random.pick(zones) ?? '';
};

const linkTarget = (run: Run, home: Home): string => {
  if (once(run, 2)) return `link/${zoneOf(run, home)}/${zoneOf(run, home)}`;
  const regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1', 'sa-east-1'];
  return `link/${home.region}/${run.random.pick(regions) ?? ''}`;
};

const targetAndEffect = (run: Run, home: Home): Pick<FaultRequest, 'target' | 'effect'> => {
  switch (run.random.below(8)) {
    case 0:
      return {
        target: `region/${home.region}`,
        effect: oneOf(run, ['disaster', 'network', 'latency']),
      };
    case 1:
      return { target: `provider/${zoneOf(run, home)}/${oneOf(run, [1, 2])}`, effect: 'network' };
    case 2:
      return { target: linkTarget(run, home), effect: oneOf(run, ['network', 'latency']) };
    case 3: {
      const service = once(run, 2)
        ? ''
        : `/${oneOf(run, ['ec2', 'elasticloadbalancing', 'route53'])}`;
      return { target: `api/${home.region}${service}`, effect: 'api' };
    }
    case 4:
    case 5: {
      const instance = run.random.pick(listOf(run, home, Instances));
      if (instance !== undefined) {
        return { target: `instance/${instance.id}`, effect: oneOf(run, ['power', 'network']) };
      }
      return { target: `zone/${zoneOf(run, home)}`, effect: 'power' };
    }
    default:
      return {
        target: `zone/${zoneOf(run, home)}`,
        effect: oneOf(run, ['power', 'power', 'network', 'latency']),
      };
  }
};

/** Breaks anything, for some time or until it is mended. */
export const breakSomething = (run: Run, home: Home): void => {
  const what = targetAndEffect(run, home);
  const request: FaultRequest = {
    ...what,
    ...(once(run, 2)
      ? { durationMs: 1000 * (1 + run.random.below(once(run, 2) ? 60 : 7200)) }
      : {}),
    ...(once(run, 3) && what.effect === 'latency'
      ? { latencyMs: 1 + run.random.below(20_000) }
      : {}),
  };
  const { output } = openFault(run.simulated.world, request);
  if (isDomainError(output) && !request.target.startsWith('link/')) {
    throw new Broken(`${request.target} ${request.effect} is refused: ${output.message}`);
  }
};

/** Mends one of the faults that are open. */
export const mendSomething = (run: Run): void => {
  const { world } = run.simulated;
  const fault = run.random.pick(world.conditions.faults);
  if (fault === undefined) return;
  const { output } = mendFault(world, fault.id);
  if (isDomainError(output)) throw new Broken(`${fault.id} cannot be mended: ${output.message}`);
};

/** Mends all that is broken. */
export const mendAll = (run: Run): void => {
  const { world } = run.simulated;
  for (const fault of world.conditions.faults) mendFault(world, fault.id);
};
