import { hashHex } from '../../atlas/hash.ts';
import { partitionShard } from '../../world/entity.ts';
import type { View } from '../../world/transaction.ts';
import { HostedZones, ResourceRecordSets, type HostedZone } from '../route53/entities.ts';
import { parentOf } from '../route53/names.ts';
import type { DomainProof } from './entities.ts';

const letters = (hex: string): string =>
  hex.replaceAll(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));

/**
 * The record that proves a domain name. It is the same for one name whenever an account asks, in every Region, and a wildcard
 * has that of the name below it ("DNS validation", ACM User Guide).
 */
export const proofOf = (view: View, domainName: string): DomainProof => {
  const base = domainName.replace(/^\*\./, '');
  const digits = (what: string, count: number): string =>
    hashHex(count, view.seed, `acm/${what}`, view.account, base);
  return {
    domainName,
    recordName: `_${digits('name', 32)}.${base}.`,
    recordValue: `_${digits('value', 32)}.${letters(digits('zone', 10))}.acm-validations.aws.`,
    provenAt: null,
  };
};

/** The hosted zone of any account that a public name lies in; of several with one name the oldest answers, as in DNS. */
const zoneOf = (
  accounts: readonly View[],
  name: string,
): { readonly view: View; readonly zone: HostedZone } | undefined => {
  for (let suffix = name; suffix !== '.'; suffix = parentOf(suffix)) {
    const [oldest] = accounts
      .flatMap((view) => view.find(HostedZones, 'name', suffix).map((zone) => ({ view, zone })))
      .toSorted((a, b) => a.zone.createdAt - b.zone.createdAt);
    if (oldest !== undefined) return oldest;
  }
  return undefined;
};

/** Whether the record of a proof is in the DNS of this world, where anybody would find it. */
export const isProven = (view: View, { recordName, recordValue }: DomainProof): boolean => {
  const route53 = view.elsewhere(partitionShard);
  if (route53 === undefined) return false;
  const accounts = route53.accounts().map((account) => route53.forAccount(account));
  const found = zoneOf(accounts, recordName);
  if (found === undefined) return false;
  return found.view
    .find(ResourceRecordSets, 'hostedZone', found.zone.id)
    .some(
      ({ name, type, data }) =>
        name === recordName &&
        type === 'CNAME' &&
        data.some((one) => one.type === 'CNAME' && one.target === recordValue),
    );
};
