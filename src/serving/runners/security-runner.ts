import { NetworkAclAssociations, NetworkAcls, SecurityGroupRules } from '../../aws/ec2/entities.ts';
import {
  Instances,
  NetworkInterfaces,
  type Instance,
} from '../../aws/ec2/instances/instance-entities.ts';
import { locationOf } from '../../aws/ec2/instances/instance-location.ts';
import { primaryInterface } from '../../aws/ec2/instances/instance-answer.ts';
import { PrefixLists } from '../../aws/ec2/prefix-lists/entities.ts';
import { interfaceRules } from '../../aws/ec2/traffic/interface-rules.ts';
import type {
  Driver,
  DriverNetwork,
  NetworkCuts,
  SecurityRules,
} from '../../plane/compute/driver.ts';
import { Faults } from '../../world/faults.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { soonOnce, type RunSoon } from './soon.ts';
import { watchTables } from './tables-watch.ts';

/** The rules of an instance in a network of its own; undefined of one without an interface. */
export const securityRulesOf = (view: View, instance: Instance): SecurityRules | undefined => {
  const networkInterface = primaryInterface(view, instance);
  return networkInterface === undefined ? undefined : interfaceRules(view, networkInterface);
};

/** What of a Region's networks carries nothing at this moment: zones from one another, and instances from all. */
const networkCutsOf = (world: World, region: string): NetworkCuts => {
  const { conditions, geography } = world;
  const zoneIds = geography.zonesOf(region).map(({ id }) => id);
  const zonePairs = zoneIds.flatMap((from, index) =>
    zoneIds
      .slice(index + 1)
      .filter(
        (to) => !conditions.reach({ kind: 'zone', zoneId: from }, { kind: 'zone', zoneId: to }).up,
      )
      .map((to) => [from, to] as const),
  );
  const instanceIds = instancesOf(world, region)
    .filter(({ instance }) => !conditions.instanceConnected(locationOf(instance)))
    .map(({ instance }) => instance.id);
  return { zonePairs, instanceIds };
};

const instancesOf = (
  world: World,
  region: string,
): readonly { readonly view: View; readonly instance: Instance }[] =>
  world
    .viewsOf(region)
    .flatMap((view) => view.list(Instances).map((instance) => ({ view, instance })));

/** Machines that are on, or about to be. */
const isOn = ({ state }: Instance): boolean => state !== 'stopped' && state !== 'terminated';

const ruleTables = [
  SecurityGroupRules,
  NetworkAcls,
  NetworkAclAssociations,
  NetworkInterfaces,
  Instances,
  PrefixLists,
] as const;

export interface SecurityRunnerOptions {
  readonly world: World;
  readonly driver: Pick<Driver, 'observe'>;
  readonly network: DriverNetwork;
  readonly soon: RunSoon;
  readonly onProblem: (what: string, message: string) => void;
}

/** Keeps the networks of a driver that makes its own to what security groups, network ACLs and faults say. */
export class SecurityRunner {
  readonly #options: SecurityRunnerOptions;
  /** What each machine and each Region was told last. */
  readonly #rules = new Map<string, string>();
  readonly #cuts = new Map<string, string>();
  readonly #stops: readonly (() => void)[];
  #isStopped = false;

  constructor(options: SecurityRunnerOptions) {
    this.#options = options;
    const { world, driver } = options;
    const converge = soonOnce(options.soon, () => {
      if (!this.#isStopped) this.converge();
    });
    this.#stops = [
      watchTables(world, [...ruleTables, Faults], converge),
      // What has changed while it booted is told again.
      driver.observe((observation) => {
        if (observation.kind !== 'booted') return;
        this.#rules.delete(observation.instanceId);
        converge();
      }),
    ];
    this.converge();
  }

  /** Tells the driver what has changed. */
  converge(): void {
    const { world } = this.#options;
    const seen = new Set<string>();
    for (const region of world.shards()) {
      if (world.geography.region(region) === undefined) continue;
      const instances = instancesOf(world, region);
      if (instances.length === 0) continue;
      this.#cut(region);
      for (const { view, instance } of instances) {
        if (!isOn(instance)) continue;
        seen.add(instance.id);
        this.#apply(view, instance);
      }
    }
    for (const id of this.#rules.keys()) if (!seen.has(id)) this.#rules.delete(id);
  }

  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#stops) stop();
  }

  #apply(view: View, instance: Instance): void {
    const rules = securityRulesOf(view, instance);
    const text = JSON.stringify(rules ?? null);
    if (this.#rules.get(instance.id) === text) return;
    this.#rules.set(instance.id, text);
    this.#tell(instance.id, this.#options.network.applyRules(instance.id, rules));
  }

  #cut(region: string): void {
    const { world, network } = this.#options;
    const cuts = networkCutsOf(world, region);
    const text = JSON.stringify(cuts);
    if (this.#cuts.get(region) === text) return;
    this.#cuts.set(region, text);
    this.#tell(region, network.cut(region, cuts));
  }

  #tell(what: string, telling: Promise<{ readonly message: string } | undefined>): void {
    const { onProblem } = this.#options;
    telling
      .then((problem) => {
        if (problem !== undefined && !this.#isStopped) onProblem(what, problem.message);
      })
      .catch((error: unknown) => onProblem(what, String(error)));
  }
}
