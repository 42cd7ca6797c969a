import { type DomainError } from '../../../world/domain-error.ts';
import { canonicalCidr } from '../../shared/cidr.ts';
import { invalidParameterValue, missingParameter } from '../errors.ts';
import type { PrefixList, PrefixListEntry } from './entities.ts';

/** Of a list, and of a request ("Amazon VPC quotas", Amazon VPC User Guide; CreateManagedPrefixList). */
const most = { entries: 1000, entriesPerRequest: 100 } as const;

export const checkName = (name: string): DomainError | undefined => {
  if (name === '') return missingParameter('prefixListName');
  return name.length > 255 || name.startsWith('com.amazonaws')
    ? invalidParameterValue(
        'The prefix list name can have up to 255 characters and cannot start with com.amazonaws.',
      )
    : undefined;
};

export const checkMaxEntries = (count: number): DomainError | undefined =>
  count >= 1 && count <= most.entries
    ? undefined
    : invalidParameterValue(`Must specify a max size between 1 and ${most.entries}.`);

type AskedEntry = { readonly Cidr?: string | undefined; readonly Description?: string | undefined };

/** Entries of a request in canonical form; none may come twice. */
export const checkedEntries = (
  asked: readonly AskedEntry[],
  family: PrefixList['addressFamily'],
): readonly PrefixListEntry[] | DomainError => {
  if (asked.length > most.entriesPerRequest) {
    return invalidParameterValue(
      `The number of entries per request cannot exceed the limit (${most.entriesPerRequest}).`,
    );
  }
  const entries = new Map<string, PrefixListEntry>();
  for (const { Cidr: text = '', Description: description = null } of asked) {
    const canonical = canonicalCidr(text);
    if (canonical === undefined || canonical.kind !== family.toLowerCase()) {
      return invalidParameterValue(`The CIDR '${text}' is not a valid ${family} block.`);
    }
    if (description !== null && description.length > 255) {
      return invalidParameterValue('The description of an entry can have up to 255 characters.');
    }
    if (entries.has(canonical.cidr)) {
      return invalidParameterValue(`The CIDR '${canonical.cidr}' is specified more than once.`);
    }
    entries.set(canonical.cidr, { cidr: canonical.cidr, description });
  }
  return [...entries.values()];
};
