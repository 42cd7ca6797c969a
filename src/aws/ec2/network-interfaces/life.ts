import type {
  AttachNetworkInterfaceRequest,
  AttachNetworkInterfaceResult,
  CreateNetworkInterfaceRequest,
  CreateNetworkInterfaceResult,
  DeleteNetworkInterfaceRequest,
  DetachNetworkInterfaceRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType } from '../../shared/tags.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { resourceById } from '../describe.ts';
import { Subnets } from '../entities.ts';
import {
  checkIdForm,
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
  notFound,
} from '../errors.ts';
import {
  Instances,
  NetworkInterfaces,
  type Instance,
  type NetworkInterface,
} from '../instances/instance-entities.ts';
import { askedIpv6, ipv6Names } from './ipv6-addresses.ts';
import { checkGroups } from '../launch/launch-groups.ts';
import { unreadNames } from '../launch/launch-parameters.ts';
import {
  addNetworkInterface,
  attach,
  detach,
  interfacesOf,
  removeNetworkInterface,
} from './network-interfaces.ts';
import { privateAddressesOf } from '../addresses/associations.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { interfaceAnswer } from './answer.ts';
import { askedAddresses, countOf } from './asked-addresses.ts';
import { checkAddressCount, checkInterfaceCount } from './limits.ts';

/** An interface by its id. */
export const interfaceById = (view: View, id: string | undefined): NetworkInterface | DomainError =>
  resourceById(view, NetworkInterfaces, kinds.networkInterface, id);

/** A load balancer's interfaces are its own. */
export const checkUnmanaged = (
  networkInterface: NetworkInterface,
  what: string,
): DomainError | undefined =>
  networkInterface.requesterManaged
    ? new DomainError(
        'OperationNotPermitted',
        `You are not allowed to ${what} the network interface '${networkInterface.id}': a service manages it.`,
      )
    : undefined;

const createRead: ReadonlySet<string> = new Set<keyof CreateNetworkInterfaceRequest>([
  'ClientToken',
  'Description',
  'DryRun',
  'Groups',
  'InterfaceType',
  ...ipv6Names,
  'PrivateIpAddress',
  'PrivateIpAddresses',
  'SecondaryPrivateIpAddressCount',
  'SubnetId',
  'TagSpecifications',
]);

const checkCreation = (
  view: View,
  input: Plain<CreateNetworkInterfaceRequest>,
): DomainError | undefined => {
  const [unread] = unreadNames(input, createRead).filter(
    (name) => name !== 'EnablePrimaryIpv6' || input.EnablePrimaryIpv6 === true,
  );
  if (unread !== undefined) return notBuilt(`the parameter ${unread} of CreateNetworkInterface`);
  const type: string = input.InterfaceType ?? 'interface';
  if (type !== 'interface') return notBuilt(`network interfaces of the type '${type}'`);
  return view.list(NetworkInterfaces).length >= quotaIn(view, 'networkInterfacesPerRegion')
    ? limitExceeded('NetworkInterfaceLimitExceeded', 'network interfaces')
    : undefined;
};

const create = (
  tx: Tx,
  input: Plain<CreateNetworkInterfaceRequest>,
): NetworkInterface | DomainError => {
  const subnet = resourceById(tx, Subnets, kinds.subnet, input.SubnetId);
  if (isDomainError(subnet)) return subnet;
  const groupIds = checkGroups(tx, input.Groups ?? [], subnet);
  if (isDomainError(groupIds)) return groupIds;
  const addresses = askedAddresses(input);
  if (isDomainError(addresses)) return addresses;
  const ipv6Addresses = askedIpv6(input);
  if (isDomainError(ipv6Addresses)) return ipv6Addresses;
  return (
    checkAddressCount(undefined, countOf(addresses)) ??
    addNetworkInterface(tx, {
      subnet,
      groupIds,
      description: input.Description ?? '',
      privateIpAddress: addresses.primary,
      secondaryAddresses: addresses.secondary,
      ipv6Addresses,
      publicAddress: false,
      attachment: null,
    })
  );
};

/** CreateNetworkInterface: in a subnet, with no instance yet. It has no public address but Elastic IPs. */
export const createNetworkInterface: Operation<
  CreateNetworkInterfaceRequest,
  CreateNetworkInterfaceResult
> = (tx, input) => {
  const refusal = checkCreation(tx, input);
  if (refusal !== undefined) return refusal;
  const tags = tagsForType(input.TagSpecifications, 'network-interface');
  if (isDomainError(tags)) return tags;
  const made = create(tx, input);
  if (isDomainError(made)) return made;
  const untagged = addTags(tx, made.id, 'network-interface', tags);
  if (untagged !== undefined) return untagged;
  return {
    NetworkInterface: interfaceAnswer(tx, made),
    ClientToken: input.ClientToken,
  };
};

/** Refuses an interface that something holds already, in the words of a launch and of an attachment. */
export const checkFree = (networkInterface: NetworkInterface): DomainError | undefined =>
  networkInterface.attachment === null && !networkInterface.requesterManaged
    ? undefined
    : new DomainError(
        'InvalidNetworkInterface.InUse',
        `Interface: [${networkInterface.id}] in use.`,
      );

const checkAttachment = (
  view: View,
  networkInterface: NetworkInterface,
  instance: Instance,
  deviceIndex: number,
): DomainError | undefined => {
  if (!['running', 'stopped'].includes(instance.state)) {
    return new DomainError(
      'IncorrectState',
      `Instance '${instance.id}' is not in a valid state: it is '${instance.state}'.`,
    );
  }
  if (networkInterface.zoneId !== instance.zoneId) {
    return invalidParameterCombination(
      `You may not attach a network interface to an instance if they are not in the same availability zone: the interface is in ${zoneNameOf(view, networkInterface.zoneId)}, the instance in ${zoneNameOf(view, instance.zoneId)}`,
    );
  }
  const others = interfacesOf(view, instance.id);
  if (others.some((one) => one.attachment?.deviceIndex === deviceIndex)) {
    return invalidParameterValue(
      `Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  return (
    checkInterfaceCount(instance.instanceType, others.length + 1) ??
    checkAddressCount(instance.instanceType, privateAddressesOf(networkInterface).length)
  );
};

/** AttachNetworkInterface: to an instance of the same zone; an interface is as zonal as its subnet. */
export const attachNetworkInterface: Operation<
  AttachNetworkInterfaceRequest,
  AttachNetworkInterfaceResult
> = (tx, input) => {
  for (const name of ['EnaSrdSpecification', 'EnaQueueCount'] as const) {
    if (input[name] !== undefined) {
      return notBuilt(`the parameter ${name} of AttachNetworkInterface`);
    }
  }
  if ((input.NetworkCardIndex ?? 0) !== 0) return notBuilt('network cards beside the first one');
  const networkInterface = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(networkInterface)) return networkInterface;
  const instance = resourceById(tx, Instances, kinds.instance, input.InstanceId, 'instanceId');
  if (isDomainError(instance)) return instance;
  const deviceIndex = input.DeviceIndex ?? 0;
  const refusal =
    checkFree(networkInterface) ?? checkAttachment(tx, networkInterface, instance, deviceIndex);
  if (refusal !== undefined) return refusal;
  const attachmentId = newResourceId(tx, 'eni-attach');
  attach(tx, networkInterface, {
    attachmentId,
    instanceId: instance.id,
    deviceIndex,
    attachTime: wholeSecond(tx.now),
    deleteOnTermination: false,
  });
  return { AttachmentId: attachmentId, NetworkCardIndex: 0 };
};

/** The interface that is attached by this attachment. */
const attachedBy = (view: View, id: string | undefined): NetworkInterface | DomainError => {
  if (id === undefined || id === '') return missingParameter('attachmentId');
  const [found] = view.find(NetworkInterfaces, 'attachment', id);
  return (
    found ??
    checkIdForm(kinds.networkInterfaceAttachment, id) ??
    notFound(kinds.networkInterfaceAttachment, id)
  );
};

/** DetachNetworkInterface: any but the primary one, which stays with its instance for life. */
export const detachNetworkInterface: Operation<
  DetachNetworkInterfaceRequest,
  Record<string, never>
> = (tx, input) => {
  const networkInterface = attachedBy(tx, input.AttachmentId);
  if (isDomainError(networkInterface)) return networkInterface;
  if (networkInterface.attachment?.deviceIndex === 0) {
    return new DomainError(
      'OperationNotPermitted',
      'The network interface at device index 0 cannot be detached.',
    );
  }
  detach(tx, networkInterface);
  return {};
};

/** DeleteNetworkInterface: one that is attached to nothing; its Elastic IPs stay with the account. */
export const deleteNetworkInterface: Operation<
  DeleteNetworkInterfaceRequest,
  Record<string, never>
> = (tx, input) => {
  const networkInterface = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(networkInterface)) return networkInterface;
  // The error codes name InvalidNetworkInterface.InUse; the service answers this one.
  if (checkFree(networkInterface) !== undefined) {
    return invalidParameterValue(`Network interface '${networkInterface.id}' is currently in use.`);
  }
  removeNetworkInterface(tx, networkInterface.id);
  return {};
};
