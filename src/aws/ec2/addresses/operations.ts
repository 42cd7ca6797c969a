import {
  describeAddressesAttribute,
  modifyAddressAttribute,
  resetAddressAttribute,
} from './address-attributes.ts';
import { allocateAddress, describeAddresses, releaseAddress } from './addresses.ts';
import { associateAddress, disassociateAddress } from './associate.ts';

/** The operations on Elastic IPs. */
export const addressOperations = {
  AllocateAddress: allocateAddress,
  AssociateAddress: associateAddress,
  DescribeAddresses: describeAddresses,
  DescribeAddressesAttribute: describeAddressesAttribute,
  DisassociateAddress: disassociateAddress,
  ModifyAddressAttribute: modifyAddressAttribute,
  ReleaseAddress: releaseAddress,
  ResetAddressAttribute: resetAddressAttribute,
};
