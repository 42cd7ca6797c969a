import type {
  DescribeDhcpOptionsRequest,
  DescribeDhcpOptionsResult,
  DhcpOptions,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { tagsOf } from '../../shared/tags.ts';
import { DefaultNetworks } from '../entities.ts';
import { checkIdForm, kinds, notFound } from '../errors.ts';
import { privateDomain } from '../instances/host-names.ts';

type DhcpOptionSet = Plain<DhcpOptions>;

/** "DHCP option sets in Amazon VPC", Amazon VPC User Guide: what the default set holds. */
const defaultOptionSet = (view: View, id: string): DhcpOptionSet => ({
  DhcpOptionsId: id,
  OwnerId: view.account,
  DhcpConfigurations: [
    { Key: 'domain-name', Values: [{ Value: privateDomain(view.shard) }] },
    { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
  ],
  Tags: tagsOf(view, id),
});

const filterFields: FilterFields<DhcpOptionSet> = {
  'dhcp-options-id': (set) => set.DhcpOptionsId,
  key: (set) => (set.DhcpConfigurations ?? []).map(({ Key = '' }) => Key),
  value: (set) =>
    (set.DhcpConfigurations ?? []).flatMap(({ Values = [] }) =>
      Values.map(({ Value = '' }) => Value),
    ),
  'owner-id': (set) => set.OwnerId,
};

const namedSets = (
  sets: readonly DhcpOptionSet[],
  ids: readonly string[],
): readonly DhcpOptionSet[] | DomainError => {
  for (const id of ids) {
    if (sets.some(({ DhcpOptionsId }) => DhcpOptionsId === id)) continue;
    return checkIdForm(kinds.dhcpOptions, id) ?? notFound(kinds.dhcpOptions, id);
  }
  return sets.filter(({ DhcpOptionsId = '' }) => ids.includes(DhcpOptionsId));
};

/** DescribeDhcpOptions: the default set of the Region, which every VPC has; others cannot be made yet. */
export const describeDhcpOptions: Operation<
  DescribeDhcpOptionsRequest,
  DescribeDhcpOptionsResult
> = (tx, input) => {
  const known = tx.get(DefaultNetworks, 'default');
  const sets = known === undefined ? [] : [defaultOptionSet(tx, known.dhcpOptionsId)];
  const ids = input.DhcpOptionsIds ?? [];
  const asked = ids.length === 0 ? sets : namedSets(sets, ids);
  if (isDomainError(asked)) return asked;
  const kept = applyFilters(asked, input.Filters, filterFields, ({ DhcpOptionsId = '' }) =>
    tagsOf(tx, DhcpOptionsId),
  );
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults },
    ({ DhcpOptionsId = '' }) => DhcpOptionsId,
  );
  if (isDomainError(page)) return page;
  return { DhcpOptions: page.items, NextToken: page.nextToken };
};
