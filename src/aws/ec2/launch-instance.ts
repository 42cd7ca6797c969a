import type { Tx } from '../../world/transaction.ts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { newResourceId } from '../shared/ids.ts';
import { addTags } from '../shared/tags.ts';
import type { Subnet } from './entities.ts';
import { InstanceUserDatas, type Instance } from './instance-entities.ts';
import { beginLaunch, stateReasons } from './instance-lifecycle.ts';
import type { LaunchRequest } from './launch-request.ts';
import { addNetworkInterface } from './network-interfaces.ts';
import { wholeSecond } from './utc-text.ts';
import { addRootVolume } from './volumes.ts';

/** Which of a reservation's instances it is. */
export interface LaunchPlace {
  readonly subnet: Subnet;
  readonly reservationId: string;
  readonly launchIndex: number;
}

/** An instance's part of a launch that is a fact from the beginning; all of it is in the request. */
const newInstance = (
  tx: Tx,
  request: LaunchRequest,
  place: LaunchPlace,
  parts: Pick<Instance, 'id' | 'networkInterfaceId' | 'rootVolumeId'>,
): Instance => {
  const { image, network } = request;
  const { subnet, reservationId, launchIndex } = place;
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
    metadataOptions: request.metadataOptions,
    disableApiTermination: request.disableApiTermination,
    disableApiStop: request.disableApiStop,
    instanceInitiatedShutdownBehavior: request.shutdownBehavior,
    ebsOptimized: request.ebsOptimized,
    detailedMonitoring: request.detailedMonitoring,
    cpuCredits: request.cpuCredits,
    bootNumber: 1,
    bootedAt: null,
    lostBootNumber: null,
    shutdown: 'orderly',
    impairment: null,
  };
};

/** Makes one instance of a launch, with its network interface, its root volume and the tags of all three. */
export const launchInstance = (
  tx: Tx,
  request: LaunchRequest,
  place: LaunchPlace,
): Instance | DomainError => {
  const id = newResourceId(tx, 'i');
  const { network, image, tags } = request;
  const { subnet } = place;
  const networkInterface = addNetworkInterface(tx, {
    subnet,
    groupIds: network.groupIds,
    description: network.description,
    privateIpAddress: network.privateIpAddress,
    publicAddress: network.publicAddress ?? subnet.mapPublicIpOnLaunch,
    attachment: {
      attachmentId: newResourceId(tx, 'eni-attach'),
      instanceId: id,
      deviceIndex: 0,
      attachTime: wholeSecond(tx.now),
      deleteOnTermination: network.deleteOnTermination,
    },
  });
  if (isDomainError(networkInterface)) return networkInterface;
  const volume = addRootVolume(tx, request.rootVolume, {
    zoneId: subnet.zoneId,
    instanceId: id,
    deviceName: image.rootDeviceName,
  });
  const instance = newInstance(tx, request, place, {
    id,
    networkInterfaceId: networkInterface.id,
    rootVolumeId: volume.id,
  });
  beginLaunch(tx, instance);
  if (request.userData !== undefined) tx.put(InstanceUserDatas, { id, base64: request.userData });
  const untagged =
    addTags(tx, id, 'instance', tags.instance) ??
    addTags(tx, volume.id, 'volume', tags.volume) ??
    addTags(tx, networkInterface.id, 'network-interface', tags.networkInterface);
  return untagged ?? instance;
};
