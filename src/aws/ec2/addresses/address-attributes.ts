import type {
  AddressAttribute,
  DescribeAddressesAttributeRequest,
  DescribeAddressesAttributeResult,
  ModifyAddressAttributeRequest,
  ModifyAddressAttributeResult,
  ResetAddressAttributeRequest,
  ResetAddressAttributeResult,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { paginate } from '../../shared/pagination.ts';
import { resourcesByIds } from '../describe.ts';
import { invalidParameterValue, kinds, missingParameter } from '../errors.ts';
import { elasticIpById } from './addresses.ts';
import { ElasticIps, type ElasticIp } from './entities.ts';

const answer = (address: ElasticIp): Plain<AddressAttribute> => ({
  AllocationId: address.id,
  PtrRecord: address.ptrRecord ?? undefined,
  PublicIp: address.publicIp,
});

/** DescribeAddressesAttribute: the reverse names of addresses that have one, or of all that are asked for. */
export const describeAddressesAttribute: Operation<
  DescribeAddressesAttributeRequest,
  DescribeAddressesAttributeResult
> = (tx, input) => {
  const ids = input.AllocationIds ?? [];
  const addresses =
    ids.length > 0
      ? resourcesByIds(tx, ElasticIps, kinds.elasticIp, ids)
      : tx.list(ElasticIps).filter((address) => address.ptrRecord !== null);
  if (isDomainError(addresses)) return addresses;
  const page = paginate(
    addresses,
    { token: input.NextToken, maxResults: input.MaxResults },
    (address) => address.id,
  );
  if (isDomainError(page)) return page;
  return { Addresses: page.items.map(answer), NextToken: page.nextToken };
};

/** A label of a domain name, and names as a whole of at most 253 characters (RFC 1035). */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

const reverseName = (name: string): string | DomainError => {
  const plain = name.toLowerCase().replace(/\.$/, '');
  const labels = plain.split('.');
  const isName =
    plain.length <= 253 && labels.length >= 2 && labels.every((part) => label.test(part));
  return isName
    ? `${plain}.`
    : invalidParameterValue(
        `Value (${name}) for parameter domainName is invalid. It is not a domain name.`,
      );
};

const putName = (tx: Tx, address: ElasticIp, ptrRecord: string | null): Plain<AddressAttribute> => {
  const named: ElasticIp = { ...address, ptrRecord };
  tx.put(ElasticIps, named);
  return answer(named);
};

/** ModifyAddressAttribute: the name that a reverse look-up of the address gives, at once. */
export const modifyAddressAttribute: Operation<
  ModifyAddressAttributeRequest,
  ModifyAddressAttributeResult
> = (tx, input) => {
  const address = elasticIpById(tx, input.AllocationId);
  if (isDomainError(address)) return address;
  if (input.DomainName === undefined || input.DomainName === '') {
    return missingParameter('DomainName');
  }
  const name = reverseName(input.DomainName);
  return isDomainError(name) ? name : { Address: putName(tx, address, name) };
};

/** ResetAddressAttribute: without a reverse name, as it came. */
export const resetAddressAttribute: Operation<
  ResetAddressAttributeRequest,
  ResetAddressAttributeResult
> = (tx, input) => {
  const address = elasticIpById(tx, input.AllocationId);
  if (isDomainError(address)) return address;
  return { Address: putName(tx, address, null) };
};
