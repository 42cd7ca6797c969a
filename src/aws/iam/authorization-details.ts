import type {
  EntityType,
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse,
  GroupDetail,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from '@aws-sdk/client-iam';
import { isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { awsPolicyByArn, awsPolicies } from './aws-policies.ts';
import {
  Groups,
  InstanceProfiles,
  ManagedPolicies,
  Roles,
  Users,
  type Group,
  type InlinePolicy,
  type ManagedPolicy,
  type Role,
  type User,
} from './entities.ts';
import { encodedDocument } from './identifiers.ts';
import { listedProfile } from './instance-profiles.ts';
import { policyByArn } from './managed-policies.ts';
import { listPage } from './paging.ts';
import { attachedTo, bounding, useCount } from './policy-use.ts';
import { wholeRole } from './roles.ts';
import { wholeUser } from './users.ts';

const inlineDetails = (policies: readonly InlinePolicy[]): readonly Plain<PolicyDetail>[] =>
  policies.map(({ name, document }) => ({
    PolicyName: name,
    PolicyDocument: encodedDocument(document),
  }));

const attachedDetails = (view: View, arns: readonly string[]) =>
  arns.map((arn) => ({ PolicyName: policyByArn(view, arn)?.name ?? '', PolicyArn: arn }));

const userDetail = (view: View, user: User): Plain<UserDetail> => ({
  ...wholeUser(view, user),
  UserPolicyList: inlineDetails(user.inlinePolicies),
  GroupList: user.groups.flatMap((id) => view.get(Groups, id)?.name ?? []),
  AttachedManagedPolicies: attachedDetails(view, user.attachedPolicies),
});

const groupDetail = (view: View, group: Group): Plain<GroupDetail> => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.groupId,
  Arn: group.arn,
  CreateDate: group.createdAt,
  GroupPolicyList: inlineDetails(group.inlinePolicies),
  AttachedManagedPolicies: attachedDetails(view, group.attachedPolicies),
});

const roleDetail = (view: View, role: Role): Plain<RoleDetail> => {
  const { Description: _, MaxSessionDuration: __, ...answer } = wholeRole(view, role);
  return {
    ...answer,
    InstanceProfileList: view
      .find(InstanceProfiles, 'role', role.id)
      .map((profile) => listedProfile(view, profile)),
    RolePolicyList: inlineDetails(role.inlinePolicies),
    AttachedManagedPolicies: attachedDetails(view, role.attachedPolicies),
  };
};

const policyDetail = (view: View, policy: ManagedPolicy): Plain<ManagedPolicyDetail> => ({
  PolicyName: policy.name,
  PolicyId: policy.policyId,
  Arn: policy.id,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersionId,
  AttachmentCount: useCount(attachedTo(view, policy.id)),
  PermissionsBoundaryUsageCount: useCount(bounding(view, policy.id)),
  IsAttachable: true,
  CreateDate: policy.createdAt,
  UpdateDate: policy.updatedAt,
  PolicyVersionList: policy.versions.map(({ versionId, document, createdAt }) => ({
    Document: encodedDocument(document),
    VersionId: versionId,
    IsDefaultVersion: versionId === policy.defaultVersionId,
    CreateDate: createdAt,
  })),
});

/** One thing of the account, of the kind by which requests filter. */
type Detail =
  | { readonly kind: 'User'; readonly id: string; readonly detail: () => Plain<UserDetail> }
  | { readonly kind: 'Group'; readonly id: string; readonly detail: () => Plain<GroupDetail> }
  | { readonly kind: 'Role'; readonly id: string; readonly detail: () => Plain<RoleDetail> }
  | {
      readonly kind: 'LocalManagedPolicy' | 'AWSManagedPolicy';
      readonly id: string;
      readonly detail: () => Plain<ManagedPolicyDetail>;
    };

/** AWS's own policies are told of when somebody has them. */
const detailsOf = (view: View): readonly Detail[] => [
  ...view.list(Users).map((user): Detail => ({
    kind: 'User',
    id: user.arn,
    detail: () => userDetail(view, user),
  })),
  ...view.list(Groups).map((group): Detail => ({
    kind: 'Group',
    id: group.arn,
    detail: () => groupDetail(view, group),
  })),
  ...view.list(Roles).map((role): Detail => ({
    kind: 'Role',
    id: role.arn,
    detail: () => roleDetail(view, role),
  })),
  ...[...view.list(ManagedPolicies), ...usedAwsPolicies(view)].map((policy): Detail => ({
    kind: awsPolicyByArn(policy.id) === undefined ? 'LocalManagedPolicy' : 'AWSManagedPolicy',
    id: policy.id,
    detail: () => policyDetail(view, policy),
  })),
];

const usedAwsPolicies = (view: View): readonly ManagedPolicy[] =>
  awsPolicies().filter(
    ({ id }) => useCount(attachedTo(view, id)) + useCount(bounding(view, id)) > 0,
  );

/** GetAccountAuthorizationDetails: everything of the account that policies are about, page by page. */
const getAccountAuthorizationDetails: Operation<
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse
> = (tx, input) => {
  const kinds: readonly EntityType[] = input.Filter ?? [];
  const wanted = detailsOf(tx).filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
  const page = listPage(wanted, input, ({ id }) => id);
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  return {
    UserDetailList: items.flatMap((item) => (item.kind === 'User' ? item.detail() : [])),
    GroupDetailList: items.flatMap((item) => (item.kind === 'Group' ? item.detail() : [])),
    RoleDetailList: items.flatMap((item) => (item.kind === 'Role' ? item.detail() : [])),
    Policies: items.flatMap((item) =>
      item.kind === 'LocalManagedPolicy' || item.kind === 'AWSManagedPolicy' ? item.detail() : [],
    ),
    ...rest,
  };
};

export const authorizationDetailOperations = {
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
};
