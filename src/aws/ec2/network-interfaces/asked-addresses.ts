import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { invalidParameterCombination, invalidParameterValue } from '../errors.ts';
import type { SecondaryAddresses } from './network-interfaces.ts';

/** How requests name the private addresses of an interface that is to be made. */
export interface AddressesInput {
  readonly PrivateIpAddress?: string | undefined;
  readonly PrivateIpAddresses?:
    | readonly {
        readonly Primary?: boolean | undefined;
        readonly PrivateIpAddress?: string | undefined;
      }[]
    | undefined;
  readonly SecondaryPrivateIpAddressCount?: number | undefined;
}

/** The private addresses that an interface is to have. */
export interface AskedAddresses {
  /** Any free one when undefined. */
  readonly primary: string | undefined;
  readonly secondary: SecondaryAddresses;
}

const onePrimary = (): DomainError =>
  invalidParameterCombination('Only one primary private IP address can be specified.');

const listed = (input: AddressesInput): AskedAddresses | DomainError => {
  const list = input.PrivateIpAddresses ?? [];
  const primaries = list.filter((one) => one.Primary === true);
  const [primary] = primaries;
  if (primaries.length > 1 || (primary !== undefined && input.PrivateIpAddress !== undefined)) {
    return onePrimary();
  }
  const secondary = list.flatMap((one) =>
    one.Primary === true ? [] : (one.PrivateIpAddress ?? []),
  );
  return { primary: primary?.PrivateIpAddress ?? input.PrivateIpAddress, secondary };
};

/** Reads the addresses of a request: a primary one by name or by mark, and secondary ones by name or by number. */
export const askedAddresses = (input: AddressesInput): AskedAddresses | DomainError => {
  const asked = listed(input);
  if (isDomainError(asked)) return asked;
  const count = input.SecondaryPrivateIpAddressCount ?? 0;
  if (count === 0) return asked;
  if (count < 0) {
    return invalidParameterValue(
      `Value (${count}) for parameter secondaryPrivateIpAddressCount is invalid.`,
    );
  }
  return (input.PrivateIpAddresses ?? []).length > 1
    ? invalidParameterCombination(
        'secondaryPrivateIpAddressCount and privateIpAddresses cannot be specified together.',
      )
    : { ...asked, secondary: count };
};

/** How many addresses are asked for, the primary one included. */
export const countOf = ({ secondary }: AskedAddresses): number =>
  1 + (typeof secondary === 'number' ? secondary : secondary.length);
