import type {
  Address,
  AllocateAddressRequest,
  AllocateAddressResult,
  DescribeAddressesRequest,
  DescribeAddressesResult,
  ReleaseAddressRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, forgetTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { parseIpv4Address } from '../../shared/ip-address.ts';
import { resourcesByIds } from '../describe.ts';
import { Vpcs } from '../entities.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import {
  claimPublicAddress,
  publicAddressOwner,
  releasePublicAddress,
  takePublicAddress,
} from './public-addresses.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { checkUnheld, disassociate } from './associations.ts';
import { ElasticIps, ReleasedElasticIps, type ElasticIp } from './entities.ts';

const addressNotFound = (address: string): DomainError =>
  new DomainError('InvalidAddress.NotFound', `Address '${address}' not found.`);

const notYours = (address: string): DomainError =>
  new DomainError('AuthFailure', `The address '${address}' does not belong to you.`);

/** An Elastic IP by its allocation id, which is known in its own Region alone. */
export const elasticIpById = (view: View, id: string | undefined): ElasticIp | DomainError => {
  if (id === undefined || id === '') return missingParameter('AllocationId');
  const found = resourcesByIds(view, ElasticIps, kinds.elasticIp, [id]);
  if (isDomainError(found)) return found;
  return found[0] ?? addressNotFound(id);
};

/** An Elastic IP by its address. One that another account has is `AuthFailure`. */
export const elasticIpByAddress = (view: View, address: string): ElasticIp | DomainError => {
  if (parseIpv4Address(address) === undefined) {
    return new DomainError('InvalidAddress.Malformed', `Invalid IPv4 address: '${address}'`);
  }
  const [found] = view.find(ElasticIps, 'publicIp', address);
  if (found !== undefined) return found;
  const owner = publicAddressOwner(view, address);
  return owner === undefined || owner.account === view.account
    ? addressNotFound(address)
    : notYours(address);
};

const unbuiltPools = ['PublicIpv4Pool', 'CustomerOwnedIpv4Pool', 'IpamPoolId'] as const;

const checkAllocation = (
  view: View,
  input: Plain<AllocateAddressRequest>,
): DomainError | undefined => {
  for (const name of unbuiltPools) {
    const value = input[name];
    if (value !== undefined && value !== '' && value !== 'amazon') {
      return notBuilt(
        `the parameter ${name} of AllocateAddress: addresses come from Amazon's pool`,
      );
    }
  }
  const group = input.NetworkBorderGroup;
  if (group !== undefined && group !== view.shard) {
    return invalidParameterValue(
      `Value (${group}) for parameter networkBorderGroup is invalid. The network border group is not supported in this Region.`,
    );
  }
  // Nobody has more than the quota, however an address is to be got.
  return view.list(ElasticIps).length >= quotaIn(view, 'elasticIpsPerRegion')
    ? new DomainError('AddressLimitExceeded', 'The maximum number of addresses has been reached.')
    : undefined;
};

/** The account's former address again, unless somebody has it by now. */
const recover = (tx: Tx, address: string, id: string): string | DomainError => {
  const [released] = tx.find(ReleasedElasticIps, 'publicIp', address);
  const owner = publicAddressOwner(tx, address);
  if (released === undefined) {
    return owner === undefined ? addressNotFound(address) : elasticIpTaken(tx, address);
  }
  if (owner !== undefined) return elasticIpTaken(tx, address);
  claimPublicAddress(tx, address, id);
  tx.delete(ReleasedElasticIps, released.id);
  return address;
};

const elasticIpTaken = (view: View, address: string): DomainError =>
  publicAddressOwner(view, address)?.account === view.account
    ? new DomainError('InvalidIPAddress.InUse', `Address ${address} is in use.`)
    : notYours(address);

/**
 * AllocateAddress: another address of this Region, or, by `Address`, one that the account had before. A recovered one
 * has another allocation id and no tags, as on AWS.
 */
export const allocateAddress: Operation<AllocateAddressRequest, AllocateAddressResult> = (
  tx,
  input,
) => {
  const refusal = checkAllocation(tx, input);
  if (refusal !== undefined) return refusal;
  const tags = tagsForType(input.TagSpecifications, 'elastic-ip');
  if (isDomainError(tags)) return tags;
  const id = newResourceId(tx, 'eipalloc');
  const publicIp =
    input.Address === undefined || input.Address === ''
      ? takePublicAddress(tx, id)
      : recover(tx, input.Address, id);
  if (isDomainError(publicIp)) return publicIp;
  const networkBorderGroup = tx.shard;
  tx.put(ElasticIps, {
    id,
    publicIp,
    networkBorderGroup,
    ptrRecord: null,
    association: null,
    allocatedAt: tx.now,
  });
  const untagged = addTags(tx, id, 'elastic-ip', tags);
  if (untagged !== undefined) return untagged;
  return {
    AllocationId: id,
    Domain: 'vpc',
    NetworkBorderGroup: networkBorderGroup,
    PublicIp: publicIp,
    PublicIpv4Pool: 'amazon',
  };
};

/** The instance that an address leads to, if its interface is attached to one. */
const instanceIdOf = (view: View, { association }: ElasticIp): string | undefined =>
  association === null
    ? undefined
    : view.get(NetworkInterfaces, association.networkInterfaceId)?.attachment?.instanceId;

const answer = (view: View, address: ElasticIp): Plain<Address> => ({
  AllocationId: address.id,
  AssociationId: address.association?.associationId,
  Domain: 'vpc',
  InstanceId: instanceIdOf(view, address),
  NetworkBorderGroup: address.networkBorderGroup,
  NetworkInterfaceId: address.association?.networkInterfaceId,
  NetworkInterfaceOwnerId: address.association === null ? undefined : view.account,
  PrivateIpAddress: address.association?.privateIpAddress,
  PublicIp: address.publicIp,
  PublicIpv4Pool: 'amazon',
  Tags: tagsOf(view, address.id),
});

/** Filter names as the DescribeAddresses reference lists them, and `domain`, which older clients send. */
const fields = (view: View): FilterFields<ElasticIp> => ({
  'allocation-id': (it) => it.id,
  'association-id': (it) => it.association?.associationId,
  domain: () => 'vpc',
  'instance-id': (it) => instanceIdOf(view, it),
  'network-border-group': (it) => it.networkBorderGroup,
  'network-interface-id': (it) => it.association?.networkInterfaceId,
  'network-interface-owner-id': (it) => (it.association === null ? undefined : view.account),
  'private-ip-address': (it) => it.association?.privateIpAddress,
  'public-ip': (it) => it.publicIp,
});

const askedAddresses = (
  view: View,
  { AllocationIds: ids = [], PublicIps: publicIps = [] }: Plain<DescribeAddressesRequest>,
): readonly ElasticIp[] | DomainError => {
  if (ids.length === 0 && publicIps.length === 0) return view.list(ElasticIps);
  const byId = resourcesByIds(view, ElasticIps, kinds.elasticIp, ids);
  if (isDomainError(byId)) return byId;
  const found = new Map(byId.map((address) => [address.id, address]));
  for (const publicIp of publicIps) {
    const address = elasticIpByAddress(view, publicIp);
    // Nobody learns from this call whether another account has the address.
    if (isDomainError(address)) {
      return address.code === 'AuthFailure' ? addressNotFound(publicIp) : address;
    }
    found.set(address.id, address);
  }
  return [...found.values()];
};

/** DescribeAddresses: by ids, by addresses or all; the operation has no pages. */
export const describeAddresses: Operation<DescribeAddressesRequest, DescribeAddressesResult> = (
  tx,
  input,
) => {
  const asked = askedAddresses(tx, input);
  if (isDomainError(asked)) return asked;
  const kept = applyFilters(asked, input.Filters, fields(tx), (it) => tagsOf(tx, it.id));
  if (isDomainError(kept)) return kept;
  return { Addresses: kept.map((address) => answer(tx, address)) };
};

/** Which address is to be let go; by its address alone no address of a VPC can be. */
const releasedAddress = (
  view: View,
  { AllocationId: id, PublicIp: publicIp }: Plain<ReleaseAddressRequest>,
): ElasticIp | DomainError => {
  if (id !== undefined && publicIp !== undefined) {
    return invalidParameterCombination(
      'You may specify public IP or allocation id, but not both in the same call',
    );
  }
  if (publicIp !== undefined) {
    const found = elasticIpByAddress(view, publicIp);
    return isDomainError(found)
      ? found
      : invalidParameterValue(
          'You must specify an allocation id when releasing a VPC elastic IP address',
        );
  }
  const found = elasticIpById(view, id);
  if (!isDomainError(found) || id === undefined) return found;
  // "If you attempt to release an Elastic IP address that you already released, you'll get an AuthFailure error if
  // the address is already allocated to another AWS account" (API Reference).
  const before = view.get(ReleasedElasticIps, id);
  const owner = before === undefined ? undefined : publicAddressOwner(view, before.publicIp);
  return before !== undefined && owner !== undefined && owner.account !== view.account
    ? notYours(before.publicIp)
    : found;
};

const isInDefaultVpc = (view: View, networkInterfaceId: string): boolean => {
  const vpcId = view.get(NetworkInterfaces, networkInterfaceId)?.vpcId;
  return vpcId !== undefined && view.get(Vpcs, vpcId)?.isDefault === true;
};

/** An account may get one of its last so many addresses back; AWS says only that it might be able to. */
const formerAddressesKept = 100;

const rememberFormer = (tx: Tx, { id, publicIp, networkBorderGroup }: ElasticIp): void => {
  const sameBefore = tx.find(ReleasedElasticIps, 'publicIp', publicIp);
  const tooMany = tx.list(ReleasedElasticIps).slice(0, -formerAddressesKept);
  for (const former of [...sameBefore, ...tooMany]) tx.delete(ReleasedElasticIps, former.id);
  tx.put(ReleasedElasticIps, { id, publicIp, networkBorderGroup });
};

/** ReleaseAddress. One that leads into a VPC other than the default one must be disassociated first. */
export const releaseAddress: Operation<ReleaseAddressRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const address = releasedAddress(tx, input);
  if (isDomainError(address)) return address;
  const group = input.NetworkBorderGroup;
  if (group !== undefined && group !== address.networkBorderGroup) {
    return addressNotFound(address.publicIp);
  }
  const held = checkUnheld(tx, address);
  if (held !== undefined) return held;
  if (address.association !== null && !isInDefaultVpc(tx, address.association.networkInterfaceId)) {
    return new DomainError('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`);
  }
  disassociate(tx, address);
  tx.delete(ElasticIps, address.id);
  forgetTags(tx, address.id);
  releasePublicAddress(tx, address.publicIp);
  rememberFormer(tx, address);
  return {};
};
