import { DomainError } from '../../../world/domain-error.ts';
import { instanceTypeFacts } from '../instances/instance-type-facts.ts';

/**
 * Whether an instance of the type may have so many interfaces ("Maximum IP addresses per network interface", User Guide;
 * the numbers are DescribeInstanceTypes' own).
 */
export const checkInterfaceCount = (
  instanceType: string,
  count: number,
): DomainError | undefined => {
  const most = instanceTypeFacts(instanceType)?.NetworkInfo?.MaximumNetworkInterfaces;
  return most === undefined || count <= most
    ? undefined
    : new DomainError(
        'AttachmentLimitExceeded',
        `Interface count ${count} exceeds the limit for ${instanceType}`,
      );
};

/** An interface that is attached to nothing has at most as many addresses of a family as the largest types allow. */
const addressesOfUnattached = 64;

/** Whether an interface of an instance of the type, or one without an instance, may have so many private addresses. */
export const checkAddressCount = (
  instanceType: string | undefined,
  count: number,
): DomainError | undefined => {
  const most =
    instanceType === undefined
      ? addressesOfUnattached
      : instanceTypeFacts(instanceType)?.NetworkInfo?.Ipv4AddressesPerInterface;
  return most === undefined || count <= most
    ? undefined
    : new DomainError(
        'PrivateIpAddressLimitExceeded',
        'Number of private addresses will exceed limit.',
      );
};

/** Whether an interface of an instance of the type, or one without an instance, may have so many IPv6 addresses. */
export const checkIpv6AddressCount = (
  instanceType: string | undefined,
  count: number,
): DomainError | undefined => {
  const most =
    instanceType === undefined
      ? addressesOfUnattached
      : instanceTypeFacts(instanceType)?.NetworkInfo?.Ipv6AddressesPerInterface;
  return most === undefined || count <= most
    ? undefined
    : new DomainError('Ipv6AddressLimitExceeded', 'Number of IPv6 addresses will exceed limit.');
};
