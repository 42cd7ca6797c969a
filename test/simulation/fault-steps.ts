import { Instances, Volumes } from '../../src/aws/ec2/instances/instance-entities.ts';
import { Subnets } from '../../src/aws/ec2/entities.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { mendFault, openFault } from '../../src/world/fault-book.ts';
import { effectRules, type EffectRule } from '../../src/world/fault-effects.ts';
import { parseFaultTarget, type FaultTarget } from '../../src/world/fault-targets.ts';
import type { FaultRequest } from '../../src/world/faults.ts';
import { Broken, listOf, once, oneOf, some, type Home, type Run } from './run.ts';

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

/** A kind of target, named somewhere in the home's world. */
const targetOf = (run: Run, home: Home, kind: FaultTarget['kind']): string => {
  switch (kind) {
    case 'region':
      return `region/${home.region}`;
    case 'zone':
      return `zone/${zoneOf(run, home)}`;
    case 'stock':
      return `zone/${zoneOf(run, home)}/${oneOf(run, ['t3', 't3.micro', 'm5'])}`;
    case 'provider':
      return `provider/${zoneOf(run, home)}/${oneOf(run, [1, 2])}`;
    case 'instance': {
      const instance = run.random.pick(listOf(run, home, Instances));
      return instance === undefined ? targetOf(run, home, 'zone') : `instance/${instance.id}`;
    }
    case 'volume': {
      const volume = run.random.pick(listOf(run, home, Volumes));
      return volume === undefined ? targetOf(run, home, 'zone') : `volume/${volume.id}`;
    }
    case 'link':
      return linkTarget(run, home);
    case 'api': {
      const service = oneOf(run, ['', '/ec2', '/elasticloadbalancing', '/route53', '/autoscaling']);
      return `api/${home.region}${service}`;
    }
  }
};

/** How often each kind is struck: zones and instances are what most happens to. */
const kinds: readonly [FaultTarget['kind'], ...FaultTarget['kind'][]] = [
  'region',
  'provider',
  'link',
  'link',
  'api',
  'instance',
  'instance',
  'volume',
  'zone',
  'zone',
  'zone',
  'stock',
];

/** Of what a rule lets a fault have, some of it. */
const fieldsFor = (run: Run, effect: string, rule: EffectRule): Partial<FaultRequest> => {
  const seconds = (most: number): number => 1000 * (1 + run.random.below(most));
  const as = rule.manners === undefined || once(run, 3) ? undefined : oneOf(run, rule.manners);
  const isLate = effect === 'latency' || as === 'latency' || as === 'slow';
  const operations = ['RunInstances', 'DescribeInstances', 'RegisterTargets'];
  return {
    ...(once(run, 2) ? { durationMs: seconds(once(run, 2) ? 60 : 7200) } : {}),
    ...(rule.parts === true && once(run, 2) ? { severity: (1 + run.random.below(99)) / 100 } : {}),
    ...(isLate && once(run, 3) ? { latencyMs: 1 + run.random.below(20_000) } : {}),
    ...(as === undefined ? {} : { as }),
    ...(rule.operations === true && once(run, 2) ? { operations: some(run, operations) } : {}),
    ...(rule.oneWay === true && once(run, 3) ? { oneWay: true } : {}),
    ...(rule.tail === true && once(run, 3) ? { tailMs: seconds(7200) } : {}),
    ...(rule.hold === true && once(run, 4) ? { holdMs: seconds(60) } : {}),
    ...(once(run, 4) ? { seed: run.random.below(1000) } : {}),
  };
};

/** Breaks anything in any way that its target takes, for some time or until it is mended. */
export const breakSomething = (run: Run, home: Home): void => {
  const { world } = run.simulated;
  const target = targetOf(run, home, oneOf(run, kinds));
  const parsed = parseFaultTarget(world.geography, target);
  if (isDomainError(parsed)) {
    // A link may have been drawn with one end twice.
    if (target.startsWith('link/')) return;
    throw new Broken(`${target} is refused: ${parsed.message}`);
  }
  const chosen = run.random.pick(Object.entries(effectRules[parsed.kind]));
  if (chosen === undefined) throw new Broken(`${target} takes no effect`);
  const [effect, rule] = chosen;
  const { output } = openFault(world, { target, effect, ...fieldsFor(run, effect, rule) });
  if (isDomainError(output)) throw new Broken(`${target} ${effect} is refused: ${output.message}`);
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
  // One with a tail recovers once it is mended, and is over when it is mended again.
  while (!world.conditions.clear) {
    for (const fault of world.conditions.faults) mendFault(world, fault.id);
  }
};
