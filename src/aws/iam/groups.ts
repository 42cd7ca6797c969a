import type {
  AddUserToGroupRequest,
  CreateGroupRequest,
  CreateGroupResponse,
  DeleteGroupRequest,
  GetGroupRequest,
  GetGroupResponse,
  Group as Answer,
  ListGroupsForUserRequest,
  ListGroupsForUserResponse,
  ListGroupsRequest,
  ListGroupsResponse,
  RemoveUserFromGroupRequest,
  UpdateGroupRequest,
} from '@aws-sdk/client-iam';
import { isDomainError } from '../../world/domain-error.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import { Groups, Users, type Group } from './entities.ts';
import { alreadyExists, deleteConflict, noSuchUser, quotaExceeded } from './errors.ts';
import { iamArn, nameKey, newUniqueId } from './identifiers.ts';
import { listPage } from './paging.ts';
import { groupByName, userByName } from './principal-policies.ts';
import { quotaIn, quotas } from './quotas.ts';
import { byName, userAnswer } from './users.ts';

const groupAnswer = (group: Group): Plain<Answer> => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.groupId,
  Arn: group.arn,
  CreateDate: group.createdAt,
});

const createGroup: Operation<CreateGroupRequest, CreateGroupResponse> = (tx, input) => {
  const { GroupName: name = '', Path: path = '/' } = input;
  if (tx.get(Groups, nameKey(name)) !== undefined) return alreadyExists(`Group with name ${name}`);
  if (tx.list(Groups).length >= quotaIn(tx, 'groupsPerAccount')) {
    return quotaExceeded('GroupsPerAccount', quotaIn(tx, 'groupsPerAccount'));
  }
  const group: Group = {
    id: nameKey(name),
    name,
    path,
    groupId: newUniqueId('AGPA', tx.random('iam/groups')),
    arn: iamArn(tx.account, 'group', path, name),
    createdAt: wholeSecond(tx.now),
    attachedPolicies: [],
    inlinePolicies: [],
  };
  tx.put(Groups, group);
  return { Group: groupAnswer(group) };
};

/** GetGroup: the group and, page by page, who is in it. */
const getGroup: Operation<GetGroupRequest, GetGroupResponse> = (tx, input) => {
  const group = groupByName(tx, input.GroupName);
  if (isDomainError(group)) return group;
  const page = listPage(tx.find(Users, 'group', group.id), input, (user) => user.id);
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  return { Group: groupAnswer(group), Users: items.map(userAnswer), ...rest };
};

const listGroups: Operation<ListGroupsRequest, ListGroupsResponse> = (tx, input) => {
  const { PathPrefix: prefix = '/' } = input;
  const groups = tx
    .list(Groups)
    .filter((group) => group.path.startsWith(prefix))
    .toSorted(byName);
  const page = listPage(groups, input, (group) => group.id);
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  return { Groups: items.map(groupAnswer), ...rest };
};

/** UpdateGroup: another name or path; its id stays, its ARN does not. */
const updateGroup: Operation<UpdateGroupRequest, Nothing> = (tx, input) => {
  const group = groupByName(tx, input.GroupName);
  if (isDomainError(group)) return group;
  const { NewGroupName: name = group.name, NewPath: path = group.path } = input;
  const id = nameKey(name);
  if (id !== group.id && tx.get(Groups, id) !== undefined) {
    return alreadyExists(`Group with name ${name}`);
  }
  const members = tx.find(Users, 'group', group.id);
  tx.delete(Groups, group.id);
  tx.put(Groups, { ...group, id, name, path, arn: iamArn(tx.account, 'group', path, name) });
  for (const user of members) {
    tx.put(Users, { ...user, groups: user.groups.map((one) => (one === group.id ? id : one)) });
  }
  return {};
};

/** DeleteGroup: nobody may be in it, and no policy on it. */
const deleteGroup: Operation<DeleteGroupRequest, Nothing> = (tx, input) => {
  const group = groupByName(tx, input.GroupName);
  if (isDomainError(group)) return group;
  if (tx.find(Users, 'group', group.id).length > 0) {
    return deleteConflict('Cannot delete entity, must remove users from group first.');
  }
  if (group.attachedPolicies.length > 0) {
    return deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if (group.inlinePolicies.length > 0) {
    return deleteConflict('Cannot delete entity, must delete policies first.');
  }
  tx.delete(Groups, group.id);
  return {};
};

const addUserToGroup: Operation<AddUserToGroupRequest, Nothing> = (tx, input) => {
  const group = groupByName(tx, input.GroupName);
  if (isDomainError(group)) return group;
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  if (user.groups.includes(group.id)) return {};
  if (user.groups.length >= quotas.groupsPerUser) {
    return quotaExceeded('GroupsPerUser', quotas.groupsPerUser);
  }
  tx.put(Users, { ...user, groups: [...user.groups, group.id] });
  return {};
};

const removeUserFromGroup: Operation<RemoveUserFromGroupRequest, Nothing> = (tx, input) => {
  const group = groupByName(tx, input.GroupName);
  if (isDomainError(group)) return group;
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  if (!user.groups.includes(group.id)) return noSuchUser(user.name);
  tx.put(Users, { ...user, groups: user.groups.filter((one) => one !== group.id) });
  return {};
};

const listGroupsForUser: Operation<ListGroupsForUserRequest, ListGroupsForUserResponse> = (
  tx,
  input,
) => {
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  const groups = user.groups.flatMap((id) => tx.get(Groups, id) ?? []);
  const page = listPage(groups, input, (group) => group.id);
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  return { Groups: items.map(groupAnswer), ...rest };
};

/** Groups and who is in them. */
export const groupOperations = {
  AddUserToGroup: addUserToGroup,
  CreateGroup: createGroup,
  DeleteGroup: deleteGroup,
  GetGroup: getGroup,
  ListGroups: listGroups,
  ListGroupsForUser: listGroupsForUser,
  RemoveUserFromGroup: removeUserFromGroup,
  UpdateGroup: updateGroup,
};
