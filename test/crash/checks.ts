import {
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client, Instance, Tag } from '@aws-sdk/client-ec2';
import type { Entry, Home } from './ledger.ts';

/** What stands in one home, as the API describes it. */
interface Inventory {
  readonly vpcs: ReadonlyMap<string, Tags>;
  readonly groups: ReadonlyMap<string, Tags>;
  readonly instances: ReadonlyMap<string, { readonly tags: Tags; readonly instance: Instance }>;
  /** VPC ids with their main route table, their default group and their default network ACL. */
  readonly complete: Readonly<
    Record<'main route table' | 'default group' | 'default ACL', readonly string[]>
  >;
}

type Tags = ReadonlyMap<string, string>;

const tagsOf = (tags: readonly Tag[] = []): Tags =>
  new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

const living = new Set(['pending', 'running', 'stopping', 'stopped']);

const describe = async (client: EC2Client): Promise<Inventory> => {
  const [vpcs, groups, tables, acls, reservations] = await Promise.all([
    client.send(new DescribeVpcsCommand({})),
    client.send(new DescribeSecurityGroupsCommand({})),
    client.send(new DescribeRouteTablesCommand({})),
    client.send(new DescribeNetworkAclsCommand({})),
    client.send(new DescribeInstancesCommand({})),
  ]);
  const instances = (reservations.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
  const isMain = (table: { Associations?: readonly { Main?: boolean }[] }): boolean =>
    table.Associations?.some(({ Main }) => Main === true) === true;
  return {
    vpcs: new Map((vpcs.Vpcs ?? []).map(({ VpcId = '', Tags }) => [VpcId, tagsOf(Tags)])),
    groups: new Map(
      (groups.SecurityGroups ?? []).map(({ GroupId = '', Tags }) => [GroupId, tagsOf(Tags)]),
    ),
    instances: new Map(
      instances
        .filter(({ State }) => living.has(State?.Name ?? ''))
        .map((instance) => [instance.InstanceId ?? '', { tags: tagsOf(instance.Tags), instance }]),
    ),
    complete: {
      'main route table': (tables.RouteTables ?? []).filter(isMain).map(({ VpcId = '' }) => VpcId),
      'default group': (groups.SecurityGroups ?? [])
        .filter(({ GroupName }) => GroupName === 'default')
        .map(({ VpcId = '' }) => VpcId),
      'default ACL': (acls.NetworkAcls ?? [])
        .filter(({ IsDefault }) => IsDefault === true)
        .map(({ VpcId = '' }) => VpcId),
    },
  };
};

const tableOf = (inventory: Inventory, kind: Entry['kind']): ReadonlyMap<string, Tags> => {
  switch (kind) {
    case 'vpc':
      return inventory.vpcs;
    case 'security-group':
      return inventory.groups;
    case 'instance':
      return new Map([...inventory.instances].map(([id, { tags }]) => [id, tags]));
  }
};

/** Compares one acknowledged resource with what is there; what the crash left open is settled in the ledger. */
const checkEntry = (home: Home, entry: Entry, found: Tags | undefined): readonly string[] => {
  const where = `${entry.kind} ${entry.id} (${home.region}, ${home.account})`;
  if (entry.fate === 'unknown') entry.fate = found === undefined ? 'absent' : 'present';
  if (entry.fate === 'absent')
    return found === undefined ? [] : [`${where} was deleted and is there`];
  if (found === undefined) return [`${where} was acknowledged and is gone`];
  for (const [key, value] of entry.openTags) {
    if (found.get(key) === value) entry.tags.set(key, value);
  }
  entry.openTags.clear();
  return [...entry.tags]
    .filter(([key, value]) => found.get(key) !== value)
    .map(([key, value]) => `${where} has lost its tag ${key}=${value}: it has ${found.get(key)}`);
};

/** What is there without having been acknowledged must be whole, and of a write that the crash cut short. */
const checkUnlisted = (home: Home, inventory: Inventory): readonly string[] => {
  const problems: string[] = [];
  const adopt = (kind: Entry['kind'], id: string, tags: Tags, size?: number): void => {
    const name = tags.get('Name') ?? '';
    if (!home.openNames.has(name)) {
      problems.push(
        `${kind} ${id} (${home.region}, ${home.account}) is there, but nobody made '${name}'`,
      );
      return;
    }
    const reservation = size === undefined ? undefined : { id: '', size };
    const adopted = {
      kind,
      id,
      name,
      fate: 'present',
      tags: new Map(tags),
      openTags: new Map(),
    } as const;
    home.entries.set(id, { ...adopted, reservation });
  };
  for (const [id, tags] of inventory.vpcs) {
    if (!home.entries.has(id) && tags.size > 0) adopt('vpc', id, tags);
  }
  for (const [id, tags] of inventory.groups) {
    if (!home.entries.has(id) && tags.size > 0) adopt('security-group', id, tags);
  }
  for (const [id, { tags, instance }] of inventory.instances) {
    if (home.entries.has(id)) continue;
    adopt('instance', id, tags);
    if (instance.PrivateIpAddress === undefined || instance.SubnetId === undefined) {
      problems.push(`instance ${id} has no address`);
    }
  }
  home.openNames.clear();
  return problems;
};

const checkWhole = (home: Home, inventory: Inventory): readonly string[] => {
  const problems: string[] = [];
  for (const vpc of inventory.vpcs.keys()) {
    for (const [part, vpcs] of Object.entries(inventory.complete)) {
      const count = vpcs.filter((id) => id === vpc).length;
      if (count !== 1)
        problems.push(`${vpc} (${home.region}, ${home.account}) has ${count} of its ${part}`);
    }
  }
  for (const [part, vpcs] of Object.entries(inventory.complete)) {
    for (const vpc of vpcs) {
      if (!inventory.vpcs.has(vpc)) problems.push(`a ${part} stands without its VPC ${vpc}`);
    }
  }
  return problems;
};

/** Launches are whole: as many instances as were asked for, each with its tags. */
const checkReservations = (home: Home): readonly string[] => {
  const problems: string[] = [];
  for (const entry of home.entries.values()) {
    if (entry.reservation === undefined || entry.fate !== 'present' || entry.reservation.id === '')
      continue;
    const alive = [...home.entries.values()].filter(
      (other) => other.name === entry.name && other.fate === 'present',
    );
    if (alive.length !== entry.reservation.size) {
      problems.push(
        `of the ${entry.reservation.size} instances of ${entry.name} there are ${alive.length}`,
      );
    }
  }
  return problems;
};

/**
 * Compares what one home has with what was acknowledged there, and settles in the ledger what the crash left
 * open. Answers what is wrong, one sentence each.
 */
export const checkHome = async (client: EC2Client, home: Home): Promise<readonly string[]> => {
  const inventory = await describe(client);
  const problems = [...home.entries.values()].flatMap((entry) =>
    checkEntry(home, entry, tableOf(inventory, entry.kind).get(entry.id)),
  );
  return [
    ...problems,
    ...checkUnlisted(home, inventory),
    ...checkWhole(home, inventory),
    ...checkReservations(home),
  ];
};

/** Waits until no instance of the home is pending: its timer was set before the crash and must fire after it. */
export const checkTimers = async (client: EC2Client, home: Home): Promise<readonly string[]> => {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { instances } = await describe(client);
    const pending = [...instances].filter(([, { instance }]) => instance.State?.Name === 'pending');
    if (pending.length === 0) return [];
    if (Date.now() > deadline) {
      const ids = pending.map(([id]) => id).join(', ');
      return [`${ids} (${home.region}, ${home.account}) never left pending after the restart`];
    }
  }
};
