import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Subnets } from '../entities.ts';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import { startInstances, stopInstances, terminateInstances } from '../instances/instances.ts';
import {
  attachNetworkInterface,
  createNetworkInterface,
  deleteNetworkInterface,
  detachNetworkInterface,
} from '../network-interfaces/life.ts';
import {
  assignPrivateIpAddresses,
  unassignPrivateIpAddresses,
} from '../network-interfaces/private-addresses.ts';
import { publicAddressOwner } from './public-addresses.ts';
import { takenAddressCount } from '../network/subnet-addresses.ts';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { allocateAddress, releaseAddress } from './addresses.ts';
import { associateAddress, disassociateAddress } from './associate.ts';
import { privateAddressesOf } from './associations.ts';
import { ElasticIps } from './entities.ts';

const kinds = [
  'allocate',
  'release',
  'associate',
  'disassociate',
  'create',
  'delete',
  'attach',
  'detach',
  'assign',
  'unassign',
  'stop',
  'start',
  'terminate',
  'wait',
] as const;

const steps = fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), one: fc.nat(7), two: fc.nat(7) }),
  { minLength: 1, maxLength: 40 },
);

type Step =
  typeof steps extends fc.Arbitrary<infer List>
    ? List extends readonly (infer One)[]
      ? One
      : never
    : never;

/** Whatever is refused is refused; what is left must hold together all the same. */
const take = (it: InstanceWorld, ids: readonly string[], { kind, one, two }: Step): void => {
  const addresses = it.view().list(ElasticIps);
  const interfaces = it.view().list(NetworkInterfaces);
  const address = addresses[one % Math.max(1, addresses.length)];
  const target = interfaces[two % Math.max(1, interfaces.length)];
  const NetworkInterfaceId = target?.id;
  const InstanceIds = [ids[one % ids.length] ?? ''];
  it.transact((tx) => {
    switch (kind) {
      case 'allocate':
        return allocateAddress(tx, {});
      case 'release':
        return releaseAddress(tx, { AllocationId: address?.id });
      case 'associate': {
        const all = target === undefined ? [] : privateAddressesOf(target);
        return associateAddress(tx, {
          AllocationId: address?.id,
          NetworkInterfaceId,
          PrivateIpAddress: all[one % Math.max(1, all.length)],
        });
      }
      case 'disassociate':
        return disassociateAddress(tx, { AssociationId: address?.association?.associationId });
      case 'create':
        return createNetworkInterface(tx, { SubnetId: target?.subnetId });
      case 'delete':
        return deleteNetworkInterface(tx, { NetworkInterfaceId });
      case 'attach':
        return attachNetworkInterface(tx, {
          NetworkInterfaceId,
          InstanceId: InstanceIds[0],
          DeviceIndex: 1,
        });
      case 'detach':
        return detachNetworkInterface(tx, { AttachmentId: target?.attachment?.attachmentId });
      case 'assign':
        return assignPrivateIpAddresses(tx, {
          NetworkInterfaceId,
          SecondaryPrivateIpAddressCount: 1,
        });
      case 'unassign':
        return unassignPrivateIpAddresses(tx, {
          NetworkInterfaceId,
          PrivateIpAddresses: target?.secondaryPrivateIpAddresses?.slice(0, 1),
        });
      case 'stop':
        return stopInstances(tx, { InstanceIds });
      case 'start':
        return startInstances(tx, { InstanceIds });
      case 'terminate':
        return one === 0 ? terminateInstances(tx, { InstanceIds }) : {};
      case 'wait':
        return {};
    }
  });
  if (kind === 'wait') it.clock.advance(30_000);
};

const checkWhole = (it: InstanceWorld): void => {
  const view = it.view();
  const interfaces = view.list(NetworkInterfaces);
  const elasticIps = view.list(ElasticIps);
  // Each Elastic IP leads to a private address that its interface has, and no private address has two.
  const led = elasticIps.flatMap(({ association }) => {
    if (association === null) return [];
    const target = view.get(NetworkInterfaces, association.networkInterfaceId);
    expect(target === undefined ? [] : privateAddressesOf(target)).toContain(
      association.privateIpAddress,
    );
    return `${association.networkInterfaceId} ${association.privateIpAddress}`;
  });
  expect(new Set(led).size).toBe(led.length);
  for (const one of interfaces) {
    // An assigned address and an Elastic IP never lead to the same private address.
    if (one.publicIpAddress !== null)
      expect(led).not.toContain(`${one.id} ${one.privateIpAddress}`);
  }
  // Every public address in use has its owner written down.
  const inUse = [
    ...elasticIps.map(({ id, publicIp }) => [publicIp, id] as const),
    ...interfaces.flatMap(({ id, publicIpAddress }) =>
      publicIpAddress === null ? [] : [[publicIpAddress, id] as const],
    ),
  ];
  expect(new Set(inUse.map(([address]) => address)).size).toBe(inUse.length);
  for (const [address, id] of inUse) expect(publicAddressOwner(view, address)?.ownerId).toBe(id);
  // A subnet's taken addresses are those of its interfaces.
  for (const subnet of view.list(Subnets)) {
    const mine = interfaces.filter((one) => one.subnetId === subnet.id);
    expect(takenAddressCount(view, subnet.id)).toBe(mine.flatMap(privateAddressesOf).length);
  }
};

test('whatever is done to addresses and interfaces, each address has one place', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const it = await createInstanceWorld();
      const ids = [...it.launch({ MinCount: 3, MaxCount: 3 })];
      it.clock.advance(20_000);
      for (const step of list) {
        take(it, ids, step);
        checkWhole(it);
      }
    }),
    { numRuns: 60 },
  );
});
