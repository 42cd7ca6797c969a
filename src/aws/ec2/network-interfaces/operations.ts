import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from './attributes.ts';
import { describeNetworkInterfaces } from './describe.ts';
import {
  attachNetworkInterface,
  createNetworkInterface,
  deleteNetworkInterface,
  detachNetworkInterface,
} from './life.ts';
import { assignIpv6Addresses, unassignIpv6Addresses } from './ipv6-addresses.ts';
import { assignPrivateIpAddresses, unassignPrivateIpAddresses } from './private-addresses.ts';

/** The operations on network interfaces. */
export const networkInterfaceOperations = {
  AssignIpv6Addresses: assignIpv6Addresses,
  AssignPrivateIpAddresses: assignPrivateIpAddresses,
  AttachNetworkInterface: attachNetworkInterface,
  CreateNetworkInterface: createNetworkInterface,
  DeleteNetworkInterface: deleteNetworkInterface,
  DescribeNetworkInterfaceAttribute: describeNetworkInterfaceAttribute,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DetachNetworkInterface: detachNetworkInterface,
  ModifyNetworkInterfaceAttribute: modifyNetworkInterfaceAttribute,
  ResetNetworkInterfaceAttribute: resetNetworkInterfaceAttribute,
  UnassignIpv6Addresses: unassignIpv6Addresses,
  UnassignPrivateIpAddresses: unassignPrivateIpAddresses,
};
