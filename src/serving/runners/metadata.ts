import { zoneNameOfId } from '../../atlas/zone-names.ts';
import { targetLifecycleState } from '../../aws/autoscaling/target-lifecycle-state.ts';
import { privateAddressesOf, publicSideOf } from '../../aws/ec2/addresses/associations.ts';
import { KeyPairs, SecurityGroups, Subnets, Vpcs } from '../../aws/ec2/entities.ts';
import { privateIpDnsName, publicDnsName } from '../../aws/ec2/instances/host-names.ts';
import { primaryInterface } from '../../aws/ec2/instances/instance-answer.ts';
import { instanceRoleOf } from '../../aws/ec2/instance-profiles/instance-credentials.ts';
import {
  Instances,
  Volumes,
  type Instance,
  type NetworkInterface,
} from '../../aws/ec2/instances/instance-entities.ts';
import { attachmentTo } from '../../aws/ec2/storage/attachments.ts';
import { SpotInterruptions } from '../../aws/ec2/spot/entities.ts';
import { interfacesOf } from '../../aws/ec2/network-interfaces/network-interfaces.ts';
import { publicAddressOf } from '../../aws/ec2/network-interfaces/answer.ts';
import { tagsOf } from '../../aws/shared/tags.ts';
import type { InstanceMetadata } from '../../plane/compute/instance-metadata.ts';
import type { InterfaceMetadata } from '../../plane/compute/interface-metadata.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';

const keyPairOf = (view: View, name: string | null): Pick<InstanceMetadata, 'keyPair'> => {
  if (name === null) return {};
  const [keyPair] = view.find(KeyPairs, 'name', name);
  return keyPair === undefined ? {} : { keyPair: { name, publicKey: keyPair.publicKey } };
};

const targetStateOf = (
  view: View,
  instanceId: string,
): Pick<InstanceMetadata, 'targetLifecycleState'> => {
  const state = targetLifecycleState(view, instanceId);
  return state === undefined ? {} : { targetLifecycleState: state };
};

const roleOf = (view: View, instanceId: string): Pick<InstanceMetadata, 'role'> => {
  const known = instanceRoleOf(view, instanceId);
  if (known === undefined) return {};
  const { profileArn, profileId, updatedAt: updatedAtMs, role } = known;
  return {
    role: { profileArn, profileId, updatedAtMs, ...(role === undefined ? {} : { role }) },
  };
};

/** What the metadata service tells of one of an instance's interfaces. */
const interfaceMetadata = (
  view: View,
  region: string,
  networkInterface: NetworkInterface,
): InterfaceMetadata => {
  const publicIpAddress = publicAddressOf(view, networkInterface);
  const subnet = view.get(Subnets, networkInterface.subnetId);
  const vpc = view.get(Vpcs, networkInterface.vpcId);
  return {
    deviceIndex: networkInterface.attachment?.deviceIndex ?? 0,
    id: networkInterface.id,
    mac: networkInterface.macAddress,
    addresses: privateAddressesOf(networkInterface).map((address) => {
      const side = publicSideOf(view, networkInterface, address);
      return side === undefined ? { address } : { address, publicAddress: side.publicIpAddress };
    }),
    privateHostname: privateIpDnsName(region, networkInterface.privateIpAddress),
    publicHostname:
      publicIpAddress === undefined ? undefined : publicDnsName(region, publicIpAddress),
    subnetId: networkInterface.subnetId,
    subnetCidr: subnet?.cidrBlock ?? '',
    subnetIpv6Cidr: subnet?.ipv6CidrBlock?.cidrBlock,
    vpcId: networkInterface.vpcId,
    vpcCidrs: vpc?.cidrBlocks.map((block) => block.cidrBlock) ?? [],
    vpcIpv6Cidrs: vpc?.ipv6CidrBlocks?.map((block) => block.cidrBlock) ?? [],
    ipv6Addresses: networkInterface.ipv6Addresses ?? [],
    securityGroups: groupsOf(view, networkInterface),
  };
};

const groupsOf = (
  view: View,
  { groupIds }: NetworkInterface,
): readonly { readonly id: string; readonly name: string }[] =>
  groupIds.map((id) => ({ id, name: view.get(SecurityGroups, id)?.name ?? id }));

/** What a Spot Instance was told of its end. */
const spotOf = (view: View, instance: Instance): Pick<InstanceMetadata, 'spot'> => {
  if (instance.spotRequestId === undefined) return {};
  const told = view.get(SpotInterruptions, instance.id);
  if (told === undefined) return { spot: {} };
  const { recommendedAt, actionAt, action } = told;
  return {
    spot: {
      rebalanceNoticeTimeMs: recommendedAt,
      ...(actionAt === null ? {} : { action: { action, timeMs: actionAt } }),
    },
  };
};

/** What an instance's metadata service tells of it, read out of the world at this moment; undefined once it is terminated. */
export const metadataOf = (
  world: World,
  region: string,
  account: string,
  instanceId: string,
): InstanceMetadata | undefined => {
  const view = world.view(region, account);
  const instance = view.get(Instances, instanceId);
  const networkInterface = instance === undefined ? undefined : primaryInterface(view, instance);
  const place = world.geography.region(region);
  if (instance === undefined || networkInterface === undefined || place === undefined) {
    // A machine that is being switched off may ask a last time after its instance is terminated.
    return undefined;
  }
  const { privateIpAddress } = networkInterface;
  const publicIpAddress = publicAddressOf(view, networkInterface);
  return {
    instanceId,
    imageId: instance.imageId,
    instanceType: instance.instanceType,
    architecture: instance.architecture,
    account,
    region,
    zoneName: zoneNameOfId(place, account, world.seed, instance.zoneId) ?? instance.zoneId,
    zoneId: instance.zoneId,
    ...(instance.placement === undefined ? {} : { placement: instance.placement }),
    reservationId: instance.reservationId,
    launchIndex: instance.launchIndex,
    pendingTimeMs: instance.launchTime,
    privateAddress: privateIpAddress,
    privateHostname: privateIpDnsName(region, privateIpAddress),
    ...(publicIpAddress === undefined
      ? {}
      : { publicAddress: publicIpAddress, publicHostname: publicDnsName(region, publicIpAddress) }),
    networkInterface: interfaceMetadata(view, region, networkInterface),
    interfaces: interfacesOf(view, instanceId).map((one) => interfaceMetadata(view, region, one)),
    securityGroups: groupsOf(view, networkInterface),
    ...keyPairOf(view, instance.keyName),
    ...roleOf(view, instanceId),
    ...targetStateOf(view, instanceId),
    ...spotOf(view, instance),
    rootDeviceName: instance.rootDeviceName,
    volumeDeviceNames: view
      .find(Volumes, 'instance', instanceId)
      .flatMap((volume) => attachmentTo(volume, instanceId)?.deviceName ?? [])
      .filter((name) => name !== instance.rootDeviceName),
    tags: Object.fromEntries(tagsOf(view, instanceId).map((tag) => [tag.Key, tag.Value])),
    options: instance.metadataOptions,
  };
};
