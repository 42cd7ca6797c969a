import { DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { paginate, type Page } from '../shared/pagination.ts';
import {
  AutoScalingGroups,
  GroupInstances,
  type AutoScalingGroup,
  type GroupInstance,
} from './entities.ts';
import { groupNotFound, instanceNotInGroup, instanceNotManaged, validation } from './errors.ts';

/** The group with this name. Error: ValidationError. */
export const existingGroup = (
  view: View,
  name: string | undefined,
): AutoScalingGroup | DomainError =>
  view.get(AutoScalingGroups, nameOfGroup(name)) ?? groupNotFound(nameOfGroup(name));

/** Some operations take a group's ARN for its name. */
const nameOfGroup = (text: string | undefined): string => {
  const marker = ':autoScalingGroupName/';
  const index = text?.indexOf(marker) ?? -1;
  return index === -1 ? (text ?? '') : (text ?? '').slice(index + marker.length);
};

/** An instance of any group. Error: ValidationError. */
export const managedInstance = (view: View, id: string | undefined): GroupInstance | DomainError =>
  id === undefined
    ? validation(
        "1 validation error detected: Value null at 'instanceId' failed to satisfy constraint: Member must not be null",
      )
    : (view.get(GroupInstances, id) ?? instanceNotManaged(id));

/** Instances of one group. Error: ValidationError when one of them is not in it. */
export const instancesInGroup = (
  view: View,
  group: AutoScalingGroup,
  ids: readonly string[],
): readonly GroupInstance[] | DomainError => {
  if (ids.length === 0) return validation('At least one instance ID must be specified.');
  const found: GroupInstance[] = [];
  for (const id of new Set(ids)) {
    const member = view.get(GroupInstances, id);
    if (member?.groupName !== group.id) return instanceNotInGroup(id, group.id);
    found.push(member);
  }
  return found;
};

/** What Describe operations of Auto Scaling answer at once unless told, and at most (API Reference). */
const pageSizes = { usual: 50, largest: 100 } as const;

/** One page of a list. Errors: ValidationError for a bad MaxRecords, InvalidNextToken. */
export const page = <T>(
  items: readonly T[],
  request: { readonly NextToken?: string | undefined; readonly MaxRecords?: number | undefined },
  keyOf: (item: T) => string,
  usual: number = pageSizes.usual,
): Page<T> | DomainError => {
  const { NextToken: token, MaxRecords: asked = usual } = request;
  if (asked < 1) return validation(`MaxRecords must be at least 1; it is ${asked}.`);
  const maxResults = Math.min(asked, pageSizes.largest);
  return paginate(
    items,
    { token, maxResults },
    keyOf,
    () => new DomainError('InvalidNextToken', 'The NextToken value is not valid.'),
  );
};
