import type {
  AccessKeyMetadata,
  CreateAccessKeyRequest,
  CreateAccessKeyResponse,
  CreateLoginProfileRequest,
  CreateLoginProfileResponse,
  DeleteAccessKeyRequest,
  DeleteLoginProfileRequest,
  GetAccessKeyLastUsedRequest,
  GetAccessKeyLastUsedResponse,
  GetLoginProfileRequest,
  GetLoginProfileResponse,
  ListAccessKeysRequest,
  ListAccessKeysResponse,
  LoginProfile,
  UpdateAccessKeyRequest,
  UpdateLoginProfileRequest,
} from '@aws-sdk/client-iam';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Caller } from '../caller.ts';
import type { CallerOperation, Nothing, Operation, Plain } from '../operation.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import { newAccessKey, secretAccessKeyOf } from './access-key-form.ts';
import { AccessKeys, Users, type AccessKey, type User } from './entities.ts';
import {
  alreadyExists,
  noSuchAccessKey,
  noSuchLoginProfile,
  quotaExceeded,
  validationError,
} from './errors.ts';
import { listPage } from './paging.ts';
import { userByName } from './principal-policies.ts';
import { quotas } from './quotas.ts';

/** The user that a request names, or else the one who calls. Keys of the root user are not built. */
const askedUser = (view: View, name: string | undefined, caller: Caller): User | DomainError => {
  if (name !== undefined) return userByName(view, name);
  const [own] = view.find(Users, 'userId', caller.userId);
  return own ?? validationError('Must specify userName when calling with non-User credentials');
};

const statusOf = (key: AccessKey): 'Active' | 'Inactive' => (key.isActive ? 'Active' : 'Inactive');

const createAccessKey: CallerOperation<CreateAccessKeyRequest, CreateAccessKeyResponse> = (
  tx,
  input,
  caller,
) => {
  const user = askedUser(tx, input.UserName, caller);
  if (isDomainError(user)) return user;
  if (tx.find(AccessKeys, 'user', user.id).length >= quotas.accessKeysPerUser) {
    return quotaExceeded('AccessKeysPerUser', quotas.accessKeysPerUser);
  }
  const key: AccessKey = {
    id: newAccessKey(tx.account, tx.random('iam/access-keys')),
    user: user.id,
    isActive: true,
    createdAt: wholeSecond(tx.now),
  };
  tx.put(AccessKeys, key);
  return {
    AccessKey: {
      UserName: user.name,
      AccessKeyId: key.id,
      Status: statusOf(key),
      SecretAccessKey: secretAccessKeyOf(tx.seed, key.id),
      CreateDate: key.createdAt,
    },
  };
};

const listAccessKeys: CallerOperation<ListAccessKeysRequest, ListAccessKeysResponse> = (
  tx,
  input,
  caller,
) => {
  const user = askedUser(tx, input.UserName, caller);
  if (isDomainError(user)) return user;
  const page = listPage(tx.find(AccessKeys, 'user', user.id), input, (key) => key.id);
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  const metadata = items.map((key): Plain<AccessKeyMetadata> => ({
    UserName: user.name,
    AccessKeyId: key.id,
    Status: statusOf(key),
    CreateDate: key.createdAt,
  }));
  return { AccessKeyMetadata: metadata, ...rest };
};

const keyOf = (view: View, user: User, id = ''): AccessKey | DomainError => {
  const key = view.get(AccessKeys, id);
  return key?.user === user.id ? key : noSuchAccessKey(id);
};

const updateAccessKey: CallerOperation<UpdateAccessKeyRequest, Nothing> = (tx, input, caller) => {
  const user = askedUser(tx, input.UserName, caller);
  if (isDomainError(user)) return user;
  const key = keyOf(tx, user, input.AccessKeyId);
  if (isDomainError(key)) return key;
  tx.put(AccessKeys, { ...key, isActive: input.Status === 'Active' });
  return {};
};

const deleteAccessKey: CallerOperation<DeleteAccessKeyRequest, Nothing> = (tx, input, caller) => {
  const user = askedUser(tx, input.UserName, caller);
  if (isDomainError(user)) return user;
  const key = keyOf(tx, user, input.AccessKeyId);
  if (isDomainError(key)) return key;
  tx.delete(AccessKeys, key.id);
  return {};
};

/** GetAccessKeyLastUsed: nobody counts uses, so every key is answered as one that was not used yet. */
const getAccessKeyLastUsed: Operation<GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse> = (
  tx,
  input,
) => {
  const key = tx.get(AccessKeys, input.AccessKeyId ?? '');
  const user = key === undefined ? undefined : tx.get(Users, key.user);
  if (user === undefined) return noSuchAccessKey(input.AccessKeyId ?? '');
  return {
    UserName: user.name,
    // A key that was never used has no date, though the model says that there is always one.
    AccessKeyLastUsed: { LastUsedDate: undefined, ServiceName: 'N/A', Region: 'N/A' },
  };
};

const profileAnswer = (
  user: User,
  profile: NonNullable<User['loginProfile']>,
): Plain<LoginProfile> => ({
  UserName: user.name,
  CreateDate: profile.createdAt,
  PasswordResetRequired: profile.resetRequired,
});

/** CreateLoginProfile: the password is looked at by nobody and not kept: there is no page to sign in at. */
const createLoginProfile: CallerOperation<CreateLoginProfileRequest, CreateLoginProfileResponse> = (
  tx,
  input,
  caller,
) => {
  const user = askedUser(tx, input.UserName, caller);
  if (isDomainError(user)) return user;
  if (user.loginProfile !== null) return alreadyExists(`Login Profile for user ${user.name}`);
  const loginProfile = {
    createdAt: wholeSecond(tx.now),
    resetRequired: input.PasswordResetRequired ?? false,
  };
  tx.put(Users, { ...user, loginProfile });
  return { LoginProfile: profileAnswer(user, loginProfile) };
};

const getLoginProfile: CallerOperation<GetLoginProfileRequest, GetLoginProfileResponse> = (
  tx,
  input,
  caller,
) => {
  const user = askedUser(tx, input.UserName, caller);
  if (isDomainError(user)) return user;
  const { loginProfile } = user;
  return loginProfile === null
    ? noSuchLoginProfile(user.name)
    : { LoginProfile: profileAnswer(user, loginProfile) };
};

const updateLoginProfile: Operation<UpdateLoginProfileRequest, Nothing> = (tx, input) => {
  const user = userByName(tx, input.UserName);
  if (isDomainError(user)) return user;
  const { loginProfile } = user;
  if (loginProfile === null) return noSuchLoginProfile(user.name);
  const resetRequired = input.PasswordResetRequired ?? loginProfile.resetRequired;
  tx.put(Users, { ...user, loginProfile: { ...loginProfile, resetRequired } });
  return {};
};

const deleteLoginProfile: CallerOperation<DeleteLoginProfileRequest, Nothing> = (
  tx,
  input,
  caller,
) => {
  const user = askedUser(tx, input.UserName, caller);
  if (isDomainError(user)) return user;
  if (user.loginProfile === null) return noSuchLoginProfile(user.name);
  tx.put(Users, { ...user, loginProfile: null });
  return {};
};

/** What users call with, and sign in with. */
export const accessKeyOperations = {
  CreateAccessKey: createAccessKey,
  CreateLoginProfile: createLoginProfile,
  DeleteAccessKey: deleteAccessKey,
  DeleteLoginProfile: deleteLoginProfile,
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
  GetLoginProfile: getLoginProfile,
  ListAccessKeys: listAccessKeys,
  UpdateAccessKey: updateAccessKey,
  UpdateLoginProfile: updateLoginProfile,
};
