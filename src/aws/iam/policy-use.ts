import type { View } from '../../world/transaction.ts';
import { Groups, Roles, Users, type Group, type Role, type User } from './entities.ts';

/** Who has a managed policy. */
export interface PolicyUse {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly roles: readonly Role[];
}

/** Who a policy is attached to. */
export const attachedTo = (view: View, arn: string): PolicyUse => ({
  users: view.find(Users, 'policy', arn),
  groups: view.find(Groups, 'policy', arn),
  roles: view.find(Roles, 'policy', arn),
});

/** Whose permissions boundary a policy is: groups have none. */
export const bounding = (view: View, arn: string): PolicyUse => ({
  users: view.find(Users, 'boundary', arn),
  groups: [],
  roles: view.find(Roles, 'boundary', arn),
});

/** How many have it. */
export const useCount = ({ users, groups, roles }: PolicyUse): number =>
  users.length + groups.length + roles.length;
