import type { Tx } from '../../../world/transaction.ts';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags } from '../../shared/tags.ts';
import { Vpcs, type Subnet } from '../entities.ts';
import { defaultOptions } from '../instances/instance-options.ts';
import {
  InstanceUserDatas,
  type Instance,
  type NetworkInterface,
} from '../instances/instance-entities.ts';
import { addProfileAssociation } from '../instance-profiles/profiles.ts';
import { beginLaunch, stateReasons } from '../instances/instance-lifecycle.ts';
import type { LaunchInterface } from './launch-network.ts';
import type { LaunchRequest } from './launch-request.ts';
import { placementIn } from '../placement-groups/asked-placement.ts';
import { addNetworkInterface, attach } from '../network-interfaces/network-interfaces.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { addLaunchVolume } from '../storage/volume-life.ts';

/** Which of a reservation's instances it is. */
export interface LaunchPlace {
  readonly subnet: Subnet;
  readonly reservationId: string;
  readonly launchIndex: number;
  /** Undefined: on demand. */
  readonly spotRequestId: string | undefined;
}

/** A VPC with the tenancy `dedicated` makes all of its instances so, whatever the launch says (User Guide). */
const optionsIn = (tx: Tx, vpcId: string, asked: LaunchRequest['options']) =>
  tx.get(Vpcs, vpcId)?.instanceTenancy === 'dedicated'
    ? { ...(asked ?? defaultOptions), tenancy: 'dedicated' as const }
    : asked;

/** An instance's part of a launch that is a fact from the beginning; all of it is in the request. */
const newInstance = (
  tx: Tx,
  request: LaunchRequest,
  place: LaunchPlace,
  parts: Pick<Instance, 'id' | 'networkInterfaceId' | 'rootVolumeId'>,
): Instance => {
  const { image, network } = request;
  const { subnet, reservationId, launchIndex } = place;
  const options = optionsIn(tx, subnet.vpcId, request.options);
  return {
    ...parts,
    reservationId,
    launchIndex,
    clientToken: request.clientToken,
    imageId: image.imageId,
    instanceType: request.instanceType,
    architecture: image.architecture,
    keyName: request.keyName,
    state: 'pending',
    stateReason: stateReasons.pending,
    stateTransitionReason: '',
    launchTime: wholeSecond(tx.now),
    createdAt: wholeSecond(tx.now),
    zoneId: subnet.zoneId,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    rootDeviceName: image.rootDeviceName,
    hostnameType: network.hostnameType ?? subnet.hostnameType,
    enableResourceNameDnsARecord:
      network.enableResourceNameDnsARecord ?? subnet.enableResourceNameDnsARecord,
    ...((network.enableResourceNameDnsAAAARecord ?? subnet.enableResourceNameDnsAAAARecord)
      ? { enableResourceNameDnsAAAARecord: true }
      : {}),
    metadataOptions: request.metadataOptions,
    disableApiTermination: request.disableApiTermination,
    disableApiStop: request.disableApiStop,
    instanceInitiatedShutdownBehavior: request.shutdownBehavior,
    ebsOptimized: request.ebsOptimized,
    detailedMonitoring: request.detailedMonitoring,
    cpuCredits: request.cpuCredits,
    ...(options === null ? {} : { options }),
    ...(request.placement === null
      ? {}
      : { placement: placementIn(tx, request.placement, subnet.zoneId) }),
    ...(place.spotRequestId === undefined ? {} : { spotRequestId: place.spotRequestId }),
    bootNumber: 1,
    bootedAt: null,
    lostBootNumber: null,
    shutdown: 'orderly',
    impairment: null,
  };
};

/** Makes an interface of a launch, or takes the one that is there, and attaches it to the instance. */
const addInterface = (
  tx: Tx,
  request: LaunchRequest,
  asked: LaunchInterface,
  place: LaunchPlace,
  instanceId: string,
): NetworkInterface | DomainError => {
  const { tags, network } = request;
  const subnet = asked.subnet ?? place.subnet;
  const attachment = {
    attachmentId: newResourceId(tx, 'eni-attach'),
    instanceId,
    deviceIndex: asked.deviceIndex,
    attachTime: wholeSecond(tx.now),
    deleteOnTermination: asked.deleteOnTermination,
  };
  if (asked.existing !== undefined) return attach(tx, asked.existing, attachment);
  const made = addNetworkInterface(tx, {
    subnet,
    groupIds: asked.groupIds,
    description: asked.description,
    privateIpAddress: asked.addresses.primary,
    secondaryAddresses: asked.addresses.secondary,
    ipv6Addresses: asked.ipv6Addresses,
    // With several interfaces an instance gets no address by itself ("IP addressing", User Guide).
    publicAddress:
      asked.publicAddress ?? (network.interfaces.length === 1 && subnet.mapPublicIpOnLaunch),
    attachment,
  });
  if (isDomainError(made)) return made;
  return addTags(tx, made.id, 'network-interface', tags.networkInterface) ?? made;
};

/** All interfaces of an instance, the primary one first. */
const addInterfaces = (
  tx: Tx,
  request: LaunchRequest,
  place: LaunchPlace,
  instanceId: string,
): NetworkInterface | DomainError => {
  const made: NetworkInterface[] = [];
  for (const asked of request.network.interfaces) {
    const one = addInterface(tx, request, asked, place, instanceId);
    if (isDomainError(one)) return one;
    made.push(one);
  }
  const [primary] = made;
  if (primary === undefined) throw new Error(`${instanceId} has no network interface.`);
  return primary;
};

/** Makes one instance of a launch, with its network interface, its volumes and the tags of them all. */
export const launchInstance = (
  tx: Tx,
  request: LaunchRequest,
  place: LaunchPlace,
): Instance | DomainError => {
  const id = newResourceId(tx, 'i');
  const { tags } = request;
  const { subnet } = place;
  const networkInterface = addInterfaces(tx, request, place, id);
  if (isDomainError(networkInterface)) return networkInterface;
  const volumes = request.volumes.map((volume) =>
    addLaunchVolume(tx, volume, { zoneId: subnet.zoneId, instanceId: id }),
  );
  const instance = newInstance(tx, request, place, {
    id,
    networkInterfaceId: networkInterface.id,
    rootVolumeId: volumes[0]?.id ?? null,
  });
  beginLaunch(tx, instance);
  if (request.userData !== undefined) tx.put(InstanceUserDatas, { id, base64: request.userData });
  if (request.instanceProfile !== undefined) addProfileAssociation(tx, id, request.instanceProfile);
  const untagged =
    addTags(tx, id, 'instance', tags.instance) ??
    volumes
      .map((volume) => addTags(tx, volume.id, 'volume', tags.volume))
      .find((refusal) => refusal !== undefined) ??
    addTags(tx, networkInterface.id, 'network-interface', tags.networkInterface);
  return untagged ?? instance;
};
