import { DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import {
  Instances,
  NetworkInterfaces,
  type NetworkInterface,
} from '../instances/instance-entities.ts';
import { releasePublicAddress, takePublicAddress } from './public-addresses.ts';
import { ElasticIps, type ElasticIp } from './entities.ts';

/** A private address of an interface and the public one that leads to it. */
export interface PublicSide {
  readonly privateIpAddress: string;
  readonly publicIpAddress: string;
  /** Undefined of an address that EC2 gave by itself and takes back at a stop. */
  readonly elasticIp: ElasticIp | undefined;
}

/** All private addresses of an interface, the primary one first. */
export const privateAddressesOf = (networkInterface: NetworkInterface): readonly string[] => [
  networkInterface.privateIpAddress,
  ...(networkInterface.secondaryPrivateIpAddresses ?? []),
];

/** The Elastic IP at a private address of an interface. */
export const elasticIpAt = (
  view: View,
  networkInterface: NetworkInterface,
  privateIpAddress: string = networkInterface.privateIpAddress,
): ElasticIp | undefined =>
  view
    .find(ElasticIps, 'networkInterface', networkInterface.id)
    .find((address) => address.association?.privateIpAddress === privateIpAddress);

/** What leads to a private address of an interface from outside: an Elastic IP, or else what EC2 assigned by itself. */
export const publicSideOf = (
  view: View,
  networkInterface: NetworkInterface,
  privateIpAddress: string = networkInterface.privateIpAddress,
): PublicSide | undefined => {
  const elasticIp = elasticIpAt(view, networkInterface, privateIpAddress);
  if (elasticIp !== undefined) {
    return { privateIpAddress, publicIpAddress: elasticIp.publicIp, elasticIp };
  }
  const { publicIpAddress } = networkInterface;
  return publicIpAddress === null || privateIpAddress !== networkInterface.privateIpAddress
    ? undefined
    : { privateIpAddress, publicIpAddress, elasticIp: undefined };
};

/** All public addresses that lead to an interface. */
export const publicSidesOf = (
  view: View,
  networkInterface: NetworkInterface,
): readonly PublicSide[] =>
  privateAddressesOf(networkInterface).flatMap(
    (address) => publicSideOf(view, networkInterface, address) ?? [],
  );

/** What a service holds, for example a NAT gateway, is not its account's to move or to release. */
export const checkUnheld = (
  view: View,
  { association }: Pick<ElasticIp, 'association'>,
): DomainError | undefined =>
  association !== null &&
  view.get(NetworkInterfaces, association.networkInterfaceId)?.requesterManaged === true
    ? new DomainError('AuthFailure', 'You do not have permission to access the specified resource.')
    : undefined;

/** Gives the address that EC2 assigned by itself back; an Elastic IP stays. */
export const dropPublicAddress = (tx: Tx, networkInterface: NetworkInterface): void => {
  if (networkInterface.publicIpAddress === null) return;
  releasePublicAddress(tx, networkInterface.publicIpAddress);
  tx.put(NetworkInterfaces, { ...networkInterface, publicIpAddress: null });
};

/**
 * Assigns a public address to an interface that began with one and has none now. An instance with several interfaces,
 * or with an Elastic IP left, gets none ("Amazon EC2 instance IP addressing", User Guide).
 */
export const renewPublicAddress = (tx: Tx, networkInterface: NetworkInterface): void => {
  const { attachment, autoAssignPublicIp, id, publicIpAddress } = networkInterface;
  if (!autoAssignPublicIp || publicIpAddress !== null || attachment === null) return;
  if (tx.find(NetworkInterfaces, 'instance', attachment.instanceId).length > 1) return;
  if (tx.find(ElasticIps, 'networkInterface', id).length > 0) return;
  tx.put(NetworkInterfaces, { ...networkInterface, publicIpAddress: takePublicAddress(tx, id) });
};

/** The same, of an interface whose instance runs; else its next start does it. */
export const renewWhileRunning = (tx: Tx, networkInterface: NetworkInterface): void => {
  const { attachment } = networkInterface;
  const instance = attachment === null ? undefined : tx.get(Instances, attachment.instanceId);
  if (instance?.state === 'running') renewPublicAddress(tx, networkInterface);
};

/**
 * Takes an Elastic IP away from where it leads. A running instance that began with an assigned address gets another
 * one of that kind ("Amazon EC2 instance IP addressing", User Guide).
 */
export const disassociate = (tx: Tx, elasticIp: ElasticIp): ElasticIp => {
  const { association } = elasticIp;
  if (association === null) return elasticIp;
  const free: ElasticIp = { ...elasticIp, association: null };
  tx.put(ElasticIps, free);
  const left = tx.get(NetworkInterfaces, association.networkInterfaceId);
  if (left !== undefined) renewWhileRunning(tx, left);
  return free;
};

/**
 * Leads an Elastic IP to a private address of an interface. What led there before is free afterwards: another Elastic
 * IP stays with its account, an address that EC2 assigned by itself goes back ("AssociateAddress", API Reference).
 */
export const associate = (
  tx: Tx,
  elasticIp: ElasticIp,
  networkInterface: NetworkInterface,
  privateIpAddress: string,
): string => {
  const before = elasticIp.association;
  if (
    before?.networkInterfaceId === networkInterface.id &&
    before.privateIpAddress === privateIpAddress
  ) {
    return before.associationId;
  }
  const other = elasticIpAt(tx, networkInterface, privateIpAddress);
  const associationId = newResourceId(tx, 'eipassoc');
  const free = disassociate(tx, elasticIp);
  tx.put(ElasticIps, {
    ...free,
    association: { associationId, networkInterfaceId: networkInterface.id, privateIpAddress },
  });
  if (other !== undefined) disassociate(tx, other);
  // What was put above may have given the interface an assigned address, which is not there beside an Elastic IP.
  const target = tx.get(NetworkInterfaces, networkInterface.id);
  if (target !== undefined && privateIpAddress === target.privateIpAddress) {
    dropPublicAddress(tx, target);
  }
  return associationId;
};

/** An Elastic IP goes with its private address to another interface ("AssignPrivateIpAddresses", API Reference). */
export const moveWithPrivateAddress = (
  tx: Tx,
  from: NetworkInterface,
  privateIpAddress: string,
  toId: string,
): void => {
  const elasticIp = elasticIpAt(tx, from, privateIpAddress);
  if (elasticIp?.association == null) return;
  tx.put(ElasticIps, {
    ...elasticIp,
    association: { ...elasticIp.association, networkInterfaceId: toId },
  });
};
