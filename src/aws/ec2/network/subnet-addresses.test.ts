import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import { formatIpv4Address, parseIpv4Address } from '../../shared/ip-address.ts';
import { availableAddressCount, releaseAddress, takeAddress } from './subnet-addresses.ts';
import { testRegion } from '../test-region.ts';

const taken = (answer: ReturnType<typeof takeAddress>): string => {
  if (isDomainError(answer)) throw new Error(answer.message);
  return answer;
};

const base = parseIpv4Address('10.0.4.0') ?? 0;

type Step =
  | { readonly kind: 'take' }
  | { readonly kind: 'want'; readonly offset: number }
  | { readonly kind: 'release'; readonly index: number };

const steps = fc.array(
  fc.oneof(
    fc.constant<Step>({ kind: 'take' }),
    fc.nat(1100).map((offset): Step => ({ kind: 'want', offset })),
    fc.nat(1000).map((index): Step => ({ kind: 'release', index })),
  ),
  { maxLength: 120 },
);

/** A plain model: what is held. Answers what is wrong with a step's outcome, or undefined. */
const faultOf = (
  tx: Tx,
  subnet: { readonly id: string; readonly cidrBlock: string },
  held: Set<string>,
  size: number,
  step: Step,
): string | undefined => {
  const isUsable = (offset: number) => offset >= 4 && offset < size - 1;
  if (step.kind === 'release') {
    const address = [...held][step.index % Math.max(1, held.size)] ?? '10.0.4.4';
    releaseAddress(tx, subnet, address);
    held.delete(address);
    return undefined;
  }
  const wanted = step.kind === 'want' ? formatIpv4Address(base + step.offset) : undefined;
  const answer = takeAddress(tx, subnet, wanted);
  if (!isDomainError(answer)) {
    if (held.has(answer)) return `${answer} was given twice`;
    if (!isUsable((parseIpv4Address(answer) ?? 0) - base)) return `${answer} is no usable address`;
    if (wanted !== undefined && answer !== wanted) return `${answer} instead of ${wanted}`;
    held.add(answer);
    return undefined;
  }
  if (step.kind === 'take')
    return held.size === size - 5 ? undefined : 'refused while there was room';
  return isUsable(step.offset) && !held.has(wanted ?? '') ? `${wanted} was free` : undefined;
};

describe('the addresses of a subnet', () => {
  test('are never given twice, never a reserved one, and counted true', () => {
    fc.assert(
      fc.property(fc.integer({ min: 22, max: 28 }), steps, (prefixLength, list) => {
        const subnet = { id: 'subnet-1', cidrBlock: `10.0.4.0/${prefixLength}` };
        const size = 2 ** (32 - prefixLength);
        const held = new Set<string>();
        testRegion().transact((tx) => {
          for (const step of list) {
            expect(faultOf(tx, subnet, held, size, step)).toBeUndefined();
            expect(availableAddressCount(tx, subnet)).toBe(size - 5 - held.size);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  test('can be used up to the last', () => {
    const subnet = { id: 'subnet-1', cidrBlock: '10.0.0.0/23' };
    testRegion().transact((tx) => {
      const all = Array.from({ length: 507 }, () => taken(takeAddress(tx, subnet)));
      expect(new Set(all).size).toBe(507);
      expect(takeAddress(tx, subnet)).toMatchObject({ code: 'InsufficientFreeAddressesInSubnet' });
      releaseAddress(tx, subnet, '10.0.1.7');
      expect(takeAddress(tx, subnet)).toBe('10.0.1.7');
    });
  });

  test.each([
    ['10.0.0.0', 'InvalidParameterValue'],
    ['10.0.0.3', 'InvalidParameterValue'],
    ['10.0.0.15', 'InvalidParameterValue'],
    ['10.0.0.16', 'InvalidParameterValue'],
    ['9.255.255.255', 'InvalidParameterValue'],
    ['ten', 'InvalidParameterValue'],
    ['10.0.0.9', 'InvalidIPAddress.InUse'],
  ])('%s cannot be asked for', (wanted, code) => {
    const subnet = { id: 'subnet-1', cidrBlock: '10.0.0.0/28' };
    testRegion().transact((tx) => {
      taken(takeAddress(tx, subnet, '10.0.0.9'));
      expect(takeAddress(tx, subnet, wanted)).toMatchObject({ code });
    });
  });
});
