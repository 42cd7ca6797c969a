import { describe, expect, test } from 'vitest';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { createRouteTable, describeRouteTables } from '../network/route-tables.ts';
import { createRoute, deleteRoute } from '../network/routes.ts';
import {
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  revokeSecurityGroupIngress,
} from '../network/security-group-rules.ts';
import { createSecurityGroup, describeSecurityGroups } from '../network/security-groups.ts';
import { describeVpcs } from '../network/vpcs.ts';
import { present } from '../test-region.ts';
import { admits, entryOf } from '../traffic/entry.ts';
import { testNetwork } from '../traffic/test-network.ts';
import { modifyManagedPrefixList, restoreManagedPrefixListVersion } from './entry-changes.ts';
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  describeManagedPrefixLists,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
} from './prefix-lists.ts';

const make = (it: InstanceWorld, MaxEntries = 5, cidrs: readonly string[] = []): string => {
  const { PrefixList } = it.call(createManagedPrefixList, {
    PrefixListName: 'offices',
    AddressFamily: 'IPv4',
    MaxEntries,
    Entries: cidrs.map((Cidr) => ({ Cidr })),
  });
  it.clock.advance(5000);
  return present(PrefixList?.PrefixListId);
};

const described = (it: InstanceWorld, id: string) =>
  it.call(describeManagedPrefixLists, { PrefixListIds: [id] }).PrefixLists?.[0];

const cidrsOf = (it: InstanceWorld, PrefixListId: string, TargetVersion?: number) =>
  it
    .call(getManagedPrefixListEntries, { PrefixListId, TargetVersion })
    .Entries?.map(({ Cidr }) => Cidr);

describe('a prefix list', () => {
  test('has versions, which can be read and restored', async () => {
    const it = await createInstanceWorld();
    const { PrefixList } = it.call(createManagedPrefixList, {
      PrefixListName: 'offices',
      AddressFamily: 'IPv4',
      MaxEntries: 3,
      Entries: [{ Cidr: '198.51.100.7/24', Description: 'Berlin' }],
    });
    expect(PrefixList).toMatchObject({ State: 'create-in-progress', Version: 1, MaxEntries: 3 });
    const PrefixListId = present(PrefixList?.PrefixListId);
    const add = {
      PrefixListId,
      CurrentVersion: 1,
      AddEntries: [{ Cidr: '203.0.113.0/24' }],
    };
    expect(it.fail(modifyManagedPrefixList, add).code).toBe('IncorrectState');
    it.clock.advance(5000);
    it.call(modifyManagedPrefixList, add);
    it.clock.advance(5000);
    expect(described(it, PrefixListId)).toMatchObject({ State: 'modify-complete', Version: 2 });
    expect(cidrsOf(it, PrefixListId)).toEqual(['198.51.100.0/24', '203.0.113.0/24']);
    expect(it.fail(modifyManagedPrefixList, add)).toMatchObject({
      code: 'PrefixListVersionMismatch',
      message: 'The prefix list has the incorrect version number.',
    });
    it.call(restoreManagedPrefixListVersion, {
      PrefixListId,
      PreviousVersion: 1,
      CurrentVersion: 2,
    });
    it.clock.advance(5000);
    expect(cidrsOf(it, PrefixListId)).toEqual(['198.51.100.0/24']);
    expect(cidrsOf(it, PrefixListId, 2)).toHaveLength(2);
    it.call(modifyManagedPrefixList, { PrefixListId, PrefixListName: 'sites' });
    expect(described(it, PrefixListId)).toMatchObject({ PrefixListName: 'sites', Version: 3 });
    it.call(deleteManagedPrefixList, { PrefixListId });
    expect(it.fail(describeManagedPrefixLists, { PrefixListIds: [PrefixListId] }).code).toBe(
      'InvalidPrefixListID.NotFound',
    );
  });

  test.each([
    [{ PrefixListName: 'com.amazonaws.x' }, 'InvalidParameterValue'],
    [{ MaxEntries: 0 }, 'InvalidParameterValue'],
    [{ MaxEntries: 1001 }, 'InvalidParameterValue'],
    [{ AddressFamily: 'ipv4' }, 'InvalidParameterValue'],
    [{ Entries: [{ Cidr: '2001:db8::/32' }] }, 'InvalidParameterValue'],
    [{ Entries: [{ Cidr: '10.0.0.0/8' }, { Cidr: '10.1.0.0/8' }] }, 'InvalidParameterValue'],
    [
      { MaxEntries: 1, Entries: [{ Cidr: '10.0.0.0/8' }, { Cidr: '11.0.0.0/8' }] },
      'PrefixListMaxEntriesExceeded',
    ],
  ])('is refused: %j', async (input, code) => {
    const it = await createInstanceWorld();
    expect(
      it.fail(createManagedPrefixList, {
        PrefixListName: 'offices',
        AddressFamily: 'IPv4',
        MaxEntries: 5,
        ...input,
      }).code,
    ).toBe(code);
  });

  test("of AWS's is there, and stays as it is", async () => {
    const it = await createInstanceWorld();
    const Filters = [{ Name: 'prefix-list-name', Values: ['com.amazonaws.us-east-1.s3'] }];
    const { PrefixLists = [] } = it.call(describeManagedPrefixLists, { Filters });
    expect(PrefixLists).toMatchObject([{ OwnerId: 'AWS' }]);
    expect(
      it.fail(deleteManagedPrefixList, { PrefixListId: PrefixLists[0]?.PrefixListId }).code,
    ).toBe('OperationNotPermitted');
  });

  test('counts in rules and routes as what it may have, and stays while they name it', async () => {
    const it = await createInstanceWorld();
    const PrefixListId = make(it, 50, ['10.9.0.0/16']);
    const VpcId = present(it.call(describeVpcs, {}).Vpcs?.[0]?.VpcId);
    const { GroupId } = it.call(createSecurityGroup, {
      GroupName: 'g',
      Description: 'g',
      VpcId,
    });
    const rule = (PrefixListIdOfRule: string, FromPort: number) => ({
      GroupId,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort,
          ToPort: FromPort,
          PrefixListIds: [{ PrefixListId: PrefixListIdOfRule, Description: 'offices' }],
        },
      ],
    });
    it.call(authorizeSecurityGroupIngress, rule(PrefixListId, 80));
    expect(it.fail(authorizeSecurityGroupIngress, rule(PrefixListId, 81)).code).toBe(
      'RulesPerSecurityGroupLimitExceeded',
    );
    expect(it.fail(authorizeSecurityGroupIngress, rule('pl-0123456789abcdef0', 81)).code).toBe(
      'InvalidPrefixListID.NotFound',
    );
    const [group] = present(
      it.call(describeSecurityGroups, { GroupIds: [present(GroupId)] }).SecurityGroups,
    );
    expect(group?.IpPermissions?.[0]?.PrefixListIds).toEqual([
      { PrefixListId, Description: 'offices' },
    ]);
    const Filters = [{ Name: 'group-id', Values: [present(GroupId)] }];
    expect(
      it
        .call(describeSecurityGroupRules, { Filters })
        .SecurityGroupRules?.map((one) => one.PrefixListId),
    ).toContain(PrefixListId);
    expect(it.fail(modifyManagedPrefixList, { PrefixListId, MaxEntries: 61 }).code).toBe(
      'RulesPerSecurityGroupLimitExceeded',
    );
    const { RouteTable } = it.call(createRouteTable, { VpcId });
    const RouteTableId = present(RouteTable?.RouteTableId);
    const [main] = present(it.call(describeRouteTables, {}).RouteTables);
    const route = {
      RouteTableId,
      DestinationPrefixListId: PrefixListId,
      GatewayId: present(main?.Routes?.find((one) => one.GatewayId !== 'local')?.GatewayId),
    };
    it.call(createRoute, route);
    const byList = [{ Name: 'route.destination-prefix-list-id', Values: [PrefixListId] }];
    expect(
      it.call(describeRouteTables, { Filters: byList }).RouteTables?.[0]?.Routes?.[1],
    ).toMatchObject({ DestinationPrefixListId: PrefixListId, State: 'active' });
    expect(
      it
        .call(getManagedPrefixListAssociations, { PrefixListId })
        .PrefixListAssociations?.map(({ ResourceId }) => ResourceId),
    ).toEqual([GroupId, RouteTableId]);
    expect(it.fail(deleteManagedPrefixList, { PrefixListId }).code).toBe('DependencyViolation');
    it.call(deleteRoute, { RouteTableId, DestinationPrefixListId: PrefixListId });
    it.call(revokeSecurityGroupIngress, rule(PrefixListId, 80));
    it.call(deleteManagedPrefixList, { PrefixListId });
  });

  test('lets in whom it holds, as its entries are now', async () => {
    const network = await testNetwork();
    const { it } = network;
    const PrefixListId = make(it, 5, ['203.0.113.0/24']);
    const GroupId = network.group('web');
    it.call(authorizeSecurityGroupIngress, {
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, PrefixListIds: [{ PrefixListId }] },
      ],
    });
    const at = network.place(network.publicSubnetId, [GroupId], true);
    const isLetIn = (client: string) => admits(entryOf(it.view(), at, 'tcp', 80), client).allowed;
    expect(['203.0.113.9', '198.51.100.9'].map(isLetIn)).toEqual([true, false]);
    it.call(modifyManagedPrefixList, {
      PrefixListId,
      CurrentVersion: 1,
      AddEntries: [{ Cidr: '198.51.100.0/24' }],
      RemoveEntries: [{ Cidr: '203.0.113.0/24' }],
    });
    expect(['203.0.113.9', '198.51.100.9'].map(isLetIn)).toEqual([false, true]);
  });
});
