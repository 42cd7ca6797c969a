import type { View } from '../../../world/transaction.ts';
import type { Route, RouteTable } from '../entities.ts';
import { entriesOf } from '../prefix-lists/lookups.ts';
import { holds, maskLength } from './ipv4-blocks.ts';

/** A table's routes; one to a prefix list is a route to each of its blocks. */
export const routesByBlock = (
  view: View,
  { routes }: Pick<RouteTable, 'routes'>,
): readonly Route[] =>
  routes.flatMap((route) =>
    route.destination.startsWith('pl-')
      ? entriesOf(view, route.destination).map(({ cidr }) => ({ ...route, destination: cidr }))
      : route,
  );

/** The route that packets to an address take: the most specific one ("Route priority", Amazon VPC User Guide). */
export const routeFor = (
  view: View,
  table: Pick<RouteTable, 'routes'>,
  address: string,
): Route | undefined =>
  routesByBlock(view, table)
    .filter((route) => holds(route.destination, address))
    .toSorted((a, b) => maskLength(b.destination) - maskLength(a.destination))[0];
