import type {
  SearchTransitGatewayRoutesRequest,
  SearchTransitGatewayRoutesResult,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import { canonicalCidr, cidrContains } from '../../shared/cidr.ts';
import { applyFilters, type Filter, type FilterFields } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { invalidParameterValue } from '../errors.ts';
import { resourceOf } from './attachment-facts.ts';
import { routeTableById } from './lookups.ts';
import { renderRoute } from './routes.ts';
import { isBlackhole, mostSpecific, routesOfTable, type TransitRoute } from './table-routes.ts';

/** "If a value is not provided, the default is 1000" (SearchTransitGatewayRoutes, Amazon EC2 API Reference). */
const mostPerPage = 1000;

const filterFields = (view: View): FilterFields<TransitRoute> => ({
  'attachment.resource-id': ({ attachment }) =>
    attachment === undefined ? undefined : resourceOf(view, attachment).ResourceId,
  'attachment.resource-type': ({ attachment }) =>
    attachment === undefined ? undefined : resourceOf(view, attachment).ResourceType,
  'attachment.transit-gateway-attachment-id': ({ attachment }) => attachment?.id,
  'prefix-list-id': () => undefined,
  state: (route) => (isBlackhole(route) ? 'blackhole' : 'active'),
  type: ({ type }) => type,
});

type Search = (routes: readonly TransitRoute[], block: string) => readonly TransitRoute[];

/** Filters that compare blocks instead of words. */
const searches: Readonly<Record<string, Search>> = {
  'route-search.exact-match': (routes, block) => routes.filter(({ cidr }) => cidr === block),
  'route-search.longest-prefix-match': (routes, block) => {
    const route = mostSpecific(routes, block);
    return route === undefined ? [] : [route];
  },
  'route-search.subnet-of-match': (routes, block) =>
    routes.filter(({ cidr }) => cidrContains(block, cidr)),
  'route-search.supernet-of-match': (routes, block) =>
    routes.filter(({ cidr }) => cidrContains(cidr, block)),
};

const blockOf = (text: string): string | undefined =>
  (canonicalCidr(text) ?? canonicalCidr(`${text}/${text.includes(':') ? 128 : 32}`))?.cidr;

const invalidFilter = (value: string): DomainError =>
  invalidParameterValue(`Value (${value}) for parameter Filters is invalid.`);

const filtered = (
  view: View,
  routes: readonly TransitRoute[],
  filters: readonly Filter[],
): readonly TransitRoute[] | DomainError => {
  const fields = filterFields(view);
  let kept = routes;
  for (const filter of filters) {
    const { Name: name = '', Values: values = [] } = filter;
    const search = Object.hasOwn(searches, name) ? searches[name] : undefined;
    if (search !== undefined) {
      const blocks = values.map(blockOf);
      const [bad] = values.filter((_, index) => blocks[index] === undefined);
      if (bad !== undefined || blocks.length === 0) return invalidFilter(bad ?? name);
      const among = kept;
      const found = new Set(blocks.flatMap((block) => search(among, block ?? '')));
      kept = kept.filter((route) => found.has(route));
    } else if (Object.hasOwn(fields, name)) {
      const passed = applyFilters(kept, [filter], fields);
      if (isDomainError(passed)) return passed;
      kept = passed;
    } else return invalidFilter(name);
  }
  return kept;
};

/** SearchTransitGatewayRoutes: static and propagated ones of a table. */
export const searchTransitGatewayRoutes: Operation<
  SearchTransitGatewayRoutesRequest,
  SearchTransitGatewayRoutesResult
> = (tx, input) => {
  const table = routeTableById(tx, input.TransitGatewayRouteTableId);
  if (isDomainError(table)) return table;
  const kept = filtered(tx, routesOfTable(tx, table), input.Filters ?? []);
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults ?? mostPerPage },
    ({ cidr }) => cidr,
  );
  if (isDomainError(page)) return page;
  return {
    Routes: page.items.map((route) => renderRoute(tx, route)),
    AdditionalRoutesAvailable: page.nextToken !== undefined,
    NextToken: page.nextToken,
  };
};
