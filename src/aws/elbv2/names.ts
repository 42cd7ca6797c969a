import type { DomainError } from '../../world/domain-error.ts';
import { paginate, type Page } from '../shared/pagination.ts';
import { validation } from './errors.ts';

/** The rules for names of load balancers and target groups (API reference, CreateLoadBalancer and CreateTargetGroup). */
export const nameError = (
  what: 'Load balancer' | 'Target group',
  name: string,
): DomainError | undefined => {
  if (name === '') return validation(`${what} name must be specified`);
  if (name.length > 32)
    return validation(`${what} name '${name}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    return validation(
      `${what} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    );
  }
  if (name.startsWith('-') || name.endsWith('-')) {
    return validation(`${what} name '${name}' cannot begin or end with a hyphen(-)`);
  }
  if (what === 'Load balancer' && name.startsWith('internal-')) {
    return validation(`${what} name '${name}' cannot begin with 'internal-'`);
  }
  return undefined;
};

/** A page as Describe operations of this service give it: by Marker and PageSize, 400 at most. */
export const page = <T extends { readonly id: string }>(
  items: readonly T[],
  request: { readonly Marker?: string | undefined; readonly PageSize?: number | undefined },
): Page<T> | DomainError =>
  paginate(
    items,
    { token: request.Marker, maxResults: request.PageSize ?? 400 },
    (item) => item.id,
    () => validation('The specified marker is not valid'),
  );
