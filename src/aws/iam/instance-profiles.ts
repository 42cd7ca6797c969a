import type {
  AddRoleToInstanceProfileRequest,
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
  DeleteInstanceProfileRequest,
  GetInstanceProfileRequest,
  GetInstanceProfileResponse,
  InstanceProfile as Answer,
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
  ListInstanceProfilesRequest,
  ListInstanceProfilesResponse,
  ListInstanceProfileTagsRequest,
  ListInstanceProfileTagsResponse,
  RemoveRoleFromInstanceProfileRequest,
  TagInstanceProfileRequest,
  UntagInstanceProfileRequest,
} from '@aws-sdk/client-iam';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { forgetTags, tagsOf } from '../shared/tags.ts';
import { InstanceProfiles, Roles, type InstanceProfile } from './entities.ts';
import {
  alreadyExists,
  deleteConflict,
  noSuchInstanceProfile,
  noSuchRole,
  quotaExceeded,
} from './errors.ts';
import { iamArn, nameKey, newUniqueId } from './identifiers.ts';
import { listPage, type ListPage } from './paging.ts';
import { quotaIn } from './quotas.ts';
import { listTags, tagResource, untagResource } from './resource-tags.ts';
import { changeableRole, listedRole, roleByName } from './roles.ts';

/** The instance profile of that name in the account. */
const instanceProfileByName = (
  view: View,
  name: string | undefined,
): InstanceProfile | DomainError => {
  const profile = view.get(InstanceProfiles, nameKey(name ?? ''));
  return profile !== undefined && profile.name === name
    ? profile
    : noSuchInstanceProfile(name ?? '');
};

/** What lists tell of a profile; its tags are GetInstanceProfile's alone. */
export const listedProfile = (view: View, profile: InstanceProfile): Plain<Answer> => {
  const role = profile.role === null ? undefined : view.get(Roles, profile.role);
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.profileId,
    Arn: profile.arn,
    CreateDate: profile.createdAt,
    Roles: role === undefined ? [] : [listedRole(role)],
  };
};

const wholeProfile = (view: View, profile: InstanceProfile): Plain<Answer> => ({
  ...listedProfile(view, profile),
  Tags: tagsOf(view, profile.arn),
});

export const createInstanceProfile: Operation<
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse
> = (tx, input) => {
  const { InstanceProfileName: name = '', Path: path = '/' } = input;
  if (tx.get(InstanceProfiles, nameKey(name)) !== undefined) {
    return alreadyExists(`Instance Profile ${name}`);
  }
  if (tx.list(InstanceProfiles).length >= quotaIn(tx, 'instanceProfilesPerAccount')) {
    return quotaExceeded('InstanceProfilesPerAccount', quotaIn(tx, 'instanceProfilesPerAccount'));
  }
  const profile: InstanceProfile = {
    id: nameKey(name),
    name,
    path,
    profileId: newUniqueId('AIPA', tx.random('iam/instance-profiles')),
    arn: iamArn(tx.account, 'instance-profile', path, name),
    createdAt: wholeSecond(tx.now),
    role: null,
  };
  tx.put(InstanceProfiles, profile);
  const untagged = tagResource(tx, profile.arn, 'instance-profile', input.Tags);
  return untagged ?? { InstanceProfile: wholeProfile(tx, profile) };
};

export const getInstanceProfile: Operation<
  GetInstanceProfileRequest,
  GetInstanceProfileResponse
> = (tx, input) => {
  const profile = instanceProfileByName(tx, input.InstanceProfileName);
  return isDomainError(profile) ? profile : { InstanceProfile: wholeProfile(tx, profile) };
};

/** DeleteInstanceProfile: instances that run with it lose their credentials. */
export const deleteInstanceProfile: Operation<DeleteInstanceProfileRequest, Nothing> = (
  tx,
  input,
) => {
  const profile = instanceProfileByName(tx, input.InstanceProfileName);
  if (isDomainError(profile)) return profile;
  if (profile.role !== null) {
    return deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  forgetTags(tx, profile.arn);
  tx.delete(InstanceProfiles, profile.id);
  return {};
};

/** AddRoleToInstanceProfile: "An instance profile can contain only one role, and this quota cannot be increased." */
export const addRoleToInstanceProfile: Operation<AddRoleToInstanceProfileRequest, Nothing> = (
  tx,
  input,
) => {
  const profile = instanceProfileByName(tx, input.InstanceProfileName);
  if (isDomainError(profile)) return profile;
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  if (profile.role !== null) return quotaExceeded('InstanceSessionsPerInstanceProfile', 1);
  tx.put(InstanceProfiles, { ...profile, role: role.id });
  return {};
};

export const removeRoleFromInstanceProfile: Operation<
  RemoveRoleFromInstanceProfileRequest,
  Nothing
> = (tx, input) => {
  const profile = instanceProfileByName(tx, input.InstanceProfileName);
  if (isDomainError(profile)) return profile;
  const { RoleName: name = '' } = input;
  if (profile.role !== nameKey(name)) return noSuchRole(name);
  tx.put(InstanceProfiles, { ...profile, role: null });
  return {};
};

const pageAnswer = (view: View, page: ListPage<InstanceProfile>) => ({
  InstanceProfiles: page.items.map((profile) => listedProfile(view, profile)),
  IsTruncated: page.IsTruncated,
  Marker: page.Marker,
});

export const listInstanceProfiles: Operation<
  ListInstanceProfilesRequest,
  ListInstanceProfilesResponse
> = (tx, input) => {
  const { PathPrefix: prefix = '/' } = input;
  const profiles = tx
    .list(InstanceProfiles)
    .filter((profile) => profile.path.startsWith(prefix))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const page = listPage(profiles, input, (profile) => profile.id);
  return isDomainError(page) ? page : pageAnswer(tx, page);
};

export const listInstanceProfilesForRole: Operation<
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse
> = (tx, input) => {
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const page = listPage(tx.find(InstanceProfiles, 'role', role.id), input, (profile) => profile.id);
  return isDomainError(page) ? page : pageAnswer(tx, page);
};

export const tagInstanceProfile: Operation<TagInstanceProfileRequest, Nothing> = (tx, input) => {
  const profile = instanceProfileByName(tx, input.InstanceProfileName);
  if (isDomainError(profile)) return profile;
  return tagResource(tx, profile.arn, 'instance-profile', input.Tags) ?? {};
};

export const untagInstanceProfile: Operation<UntagInstanceProfileRequest, Nothing> = (
  tx,
  input,
) => {
  const profile = instanceProfileByName(tx, input.InstanceProfileName);
  if (isDomainError(profile)) return profile;
  untagResource(tx, profile.arn, input.TagKeys);
  return {};
};

export const listInstanceProfileTags: Operation<
  ListInstanceProfileTagsRequest,
  ListInstanceProfileTagsResponse
> = (tx, input) => {
  const profile = instanceProfileByName(tx, input.InstanceProfileName);
  return isDomainError(profile) ? profile : listTags(tx, profile.arn, input);
};
