import type {
  CreateUserRequest,
  CreateUserResponse,
  DeleteUserPermissionsBoundaryRequest,
  DeleteUserRequest,
  GetUserRequest,
  GetUserResponse,
  ListUsersRequest,
  ListUsersResponse,
  ListUserTagsRequest,
  ListUserTagsResponse,
  PutUserPermissionsBoundaryRequest,
  TagUserRequest,
  UntagUserRequest,
  UpdateUserRequest,
  User as Answer,
} from '@aws-sdk/client-iam';
import { isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { CallerOperation, Nothing, Operation, Plain } from '../operation.ts';
import { forgetTags, tagsOf } from '../shared/tags.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import { AccessKeys, Users, type User } from './entities.ts';
import {
  alreadyExists,
  deleteConflict,
  noSuchPolicy,
  noSuchUserBoundary,
  quotaExceeded,
  validationError,
} from './errors.ts';
import { iamArn, nameKey, newUniqueId } from './identifiers.ts';
import { policyByArn } from './managed-policies.ts';
import { listPage } from './paging.ts';
import { userByName } from './principal-policies.ts';
import { quotas } from './quotas.ts';
import { listTags, tagResource, untagResource } from './resource-tags.ts';

/** By name, as IAM lists them. */
export const byName = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

/** What every answer with a user tells of it; lists tell no more ("ListUsers", IAM API Reference). */
export const userAnswer = (user: User): Plain<Answer> => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.userId,
  Arn: user.arn,
  CreateDate: user.createdAt,
});

export const wholeUser = (view: View, user: User): Plain<Answer> => {
  const tags = tagsOf(view, user.arn);
  return {
    ...userAnswer(user),
    ...(tags.length === 0 ? {} : { Tags: tags }),
    ...(user.permissionsBoundary === null
      ? {}
      : {
          PermissionsBoundary: {
            // As of roles: the API Reference and the model's enumeration differ.
            PermissionsBoundaryType: 'Policy' as 'PermissionsBoundaryPolicy',
            PermissionsBoundaryArn: user.permissionsBoundary,
          },
        }),
  };
};

const createUser: Operation<CreateUserRequest, CreateUserResponse> = (tx, input) => {
  const { UserName: name = '', Path: path = '/', PermissionsBoundary: boundary } = input;
  if (tx.get(Users, nameKey(name)) !== undefined) return alreadyExists(`User with name ${name}`);
  if (tx.list(Users).length >= quotas.usersPerAccount) {
    return quotaExceeded('UsersPerAccount', quotas.usersPerAccount);
  }
  if (boundary !== undefined && policyByArn(tx, boundary) === undefined) {
    return noSuchPolicy(boundary);
  }
  const user: User = {
    id: nameKey(name),
    name,
    path,
    userId: newUniqueId('AIDA', tx.random('iam/users')),
    arn: iamArn(tx.account, 'user', path, name),
    createdAt: wholeSecond(tx.now),
    permissionsBoundary: boundary ?? null,
    attachedPolicies: [],
    inlinePolicies: [],
    groups: [],
    loginProfile: null,
  };
  tx.put(Users, user);
  return tagResource(tx, user.arn, 'user', input.Tags) ?? { User: wholeUser(tx, user) };
};

/** GetUser: without a name, of who calls. A root user has neither name nor path. */
const getUser: CallerOperation<GetUserRequest, GetUserResponse> = (tx, input, caller) => {
  const [own] = tx.find(Users, 'userId', caller.userId);
  if (input.UserName === undefined && own !== undefined) return { User: wholeUser(tx, own) };
  if (input.UserName !== undefined) {
    const user = userByName(tx, input.UserName);
    return isDomainError(user) ? user : { User: wholeUser(tx, user) };
  }
  if (caller.roleArn !== undefined) {
    return validationError('Must specify userName when calling with non-User credentials');
  }
  return {
    User: {
      // The API's model says that every user has them.
      Path: undefined,
      UserName: undefined,
      UserId: caller.account,
      Arn: caller.arn,
      CreateDate: undefined,
    },
  };
};

const listUsers: Operation<ListUsersRequest, ListUsersResponse> = (tx, input) => {
  const { PathPrefix: prefix = '/' } = input;
  const users = tx
    .list(Users)
    .filter((user) => user.path.startsWith(prefix))
    .toSorted(byName);
  const page = listPage(users, input, (user) => user.id);
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  return { Users: items.map(userAnswer), ...rest };
};

/** UpdateUser: another name or path; its id stays, its ARN does not. */
const updateUser: Operation<UpdateUserRequest, Nothing> = (tx, input) => {
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  const { NewUserName: name = user.name, NewPath: path = user.path } = input;
  const id = nameKey(name);
  if (id !== user.id && tx.get(Users, id) !== undefined) {
    return alreadyExists(`User with name ${name}`);
  }
  const tags = tagsOf(tx, user.arn);
  const keys = tx.find(AccessKeys, 'user', user.id);
  forgetTags(tx, user.arn);
  tx.delete(Users, user.id);
  const arn = iamArn(tx.account, 'user', path, name);
  tx.put(Users, { ...user, id, name, path, arn });
  for (const key of keys) tx.put(AccessKeys, { ...key, user: id });
  return tagResource(tx, arn, 'user', tags) ?? {};
};

/** DeleteUser: everything that hangs on it must be gone before. */
const deleteUser: Operation<DeleteUserRequest, Nothing> = (tx, input) => {
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  const hanging: readonly (readonly [boolean, string])[] = [
    [user.loginProfile !== null, 'delete login profile'],
    [tx.find(AccessKeys, 'user', user.id).length > 0, 'delete access keys'],
    [user.attachedPolicies.length > 0, 'detach all policies'],
    [user.inlinePolicies.length > 0, 'delete policies'],
    [user.groups.length > 0, 'remove users from group'],
  ];
  const first = hanging.find(([isThere]) => isThere);
  if (first !== undefined) return deleteConflict(`Cannot delete entity, must ${first[1]} first.`);
  forgetTags(tx, user.arn);
  tx.delete(Users, user.id);
  return {};
};

const putUserPermissionsBoundary: Operation<PutUserPermissionsBoundaryRequest, Nothing> = (
  tx,
  input,
) => {
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  const { PermissionsBoundary: arn = '' } = input;
  if (policyByArn(tx, arn) === undefined) return noSuchPolicy(arn);
  tx.put(Users, { ...user, permissionsBoundary: arn });
  return {};
};

const deleteUserPermissionsBoundary: Operation<DeleteUserPermissionsBoundaryRequest, Nothing> = (
  tx,
  input,
) => {
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  if (user.permissionsBoundary === null) return noSuchUserBoundary(user.name);
  tx.put(Users, { ...user, permissionsBoundary: null });
  return {};
};

const tagUser: Operation<TagUserRequest, Nothing> = (tx, input) => {
  const user = userByName(tx, input.UserName);
  return isDomainError(user) ? user : (tagResource(tx, user.arn, 'user', input.Tags) ?? {});
};

const untagUser: Operation<UntagUserRequest, Nothing> = (tx, input) => {
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  untagResource(tx, user.arn, input.TagKeys);
  return {};
};

const listUserTags: Operation<ListUserTagsRequest, ListUserTagsResponse> = (tx, input) => {
  const user = userByName(tx, input.UserName);
  return isDomainError(user) ? user : listTags(tx, user.arn, input);
};

/** Users themselves. */
export const userOperations = {
  CreateUser: createUser,
  DeleteUser: deleteUser,
  DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary,
  GetUser: getUser,
  ListUserTags: listUserTags,
  ListUsers: listUsers,
  PutUserPermissionsBoundary: putUserPermissionsBoundary,
  TagUser: tagUser,
  UntagUser: untagUser,
  UpdateUser: updateUser,
};
