import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Entity, Table } from '../../world/entity.ts';
import type { View } from '../../world/transaction.ts';
import { applyFilters, type Filter, type FilterFields } from '../shared/filters.ts';
import { paginate, type Page } from '../shared/pagination.ts';
import { tagsOf } from '../shared/tags.ts';
import {
  checkIdForm,
  invalidParameterCombination,
  missingParameter,
  notFound,
  type ResourceKind,
} from './errors.ts';

/** A resource by the id that a request gives; the error says whether it is missing, malformed or unknown. */
export const resourceById = <T extends Entity>(
  view: View,
  table: Table<T>,
  kind: ResourceKind,
  id: string | undefined,
  parameter: string = kind.idsParameter.replace(/s$/, ''),
): T | DomainError => {
  if (id === undefined || id === '') return missingParameter(parameter);
  return view.get(table, id) ?? checkIdForm(kind, id) ?? notFound(kind, id);
};

/** The resources with these ids, each once. All ids are checked for their form before any is looked up. */
export const resourcesByIds = <T extends Entity>(
  view: View,
  table: Table<T>,
  kind: ResourceKind,
  ids: readonly string[],
): readonly T[] | DomainError => {
  for (const id of ids) {
    const malformed = view.get(table, id) === undefined ? checkIdForm(kind, id) : undefined;
    if (malformed !== undefined) return malformed;
  }
  const found: T[] = [];
  for (const id of new Set(ids)) {
    const resource = view.get(table, id);
    if (resource === undefined) return notFound(kind, id);
    found.push(resource);
  }
  return found;
};

/** What the Describe operations of EC2 have in common. */
export interface DescribeRequest {
  readonly ids?: readonly string[] | undefined;
  readonly Filters?: readonly Filter[] | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** "If MaxResults is given a value larger than 1000, only 1000 results are returned" (DescribeVolumes and others). */
const mostPerPage = 1000;

/** Of these resources those that pass the filters, one page of them. */
export const filteredPage = <T extends Entity>(
  view: View,
  resources: readonly T[],
  request: Omit<DescribeRequest, 'ids'>,
  fields: FilterFields<T>,
): Page<T> | DomainError => {
  const kept = applyFilters(resources, request.Filters, fields, (resource) =>
    tagsOf(view, resource.id),
  );
  if (isDomainError(kept)) return kept;
  return paginate(
    kept,
    {
      token: request.NextToken,
      maxResults: request.MaxResults && Math.min(request.MaxResults, mostPerPage),
    },
    (resource) => resource.id,
  );
};

/** The resources that a Describe operation asks for: by ids or all, filtered, one page of them, oldest first. */
export const describeResources = <T extends Entity>(
  view: View,
  table: Table<T>,
  kind: ResourceKind,
  request: DescribeRequest,
  fields: FilterFields<T>,
): Page<T> | DomainError => {
  const ids = request.ids ?? [];
  if (ids.length > 0 && request.MaxResults !== undefined) {
    return invalidParameterCombination(
      `The parameter ${kind.idsParameter} cannot be used with the parameter maxResults`,
    );
  }
  const resources = ids.length > 0 ? resourcesByIds(view, table, kind, ids) : view.list(table);
  if (isDomainError(resources)) return resources;
  return filteredPage(view, resources, request, fields);
};
