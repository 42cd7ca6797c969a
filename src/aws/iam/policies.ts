import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  DeletePolicyRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  ListPolicyTagsRequest,
  ListPolicyTagsResponse,
  Policy as Answer,
  TagPolicyRequest,
  UntagPolicyRequest,
} from '@aws-sdk/client-iam';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { forgetTags, tagsOf } from '../shared/tags.ts';
import { awsPolicies } from './aws-policies.ts';
import { ManagedPolicies, type ManagedPolicy } from './entities.ts';
import { deleteConflict, noSuchPolicy, quotaExceeded } from './errors.ts';
import { iamArn, nameKey, newUniqueId } from './identifiers.ts';
import { isAwsPolicy, policyByArn } from './managed-policies.ts';
import { listPage } from './paging.ts';
import { attachedTo, bounding, useCount } from './policy-use.ts';
import { countedCharacters, identityPolicyFault } from './policy-document.ts';
import { quotaIn, quotas } from './quotas.ts';
import { listTags, tagResource, untagResource } from './resource-tags.ts';

/** How often the account attaches a policy. */
const attachmentCount = (view: View, policy: ManagedPolicy): number =>
  useCount(attachedTo(view, policy.id));

/** How often it is a permissions boundary. */
const boundaryCount = (view: View, policy: ManagedPolicy): number =>
  useCount(bounding(view, policy.id));

/** What lists tell of a policy; its description and tags are GetPolicy's alone. */
const listedPolicy = (view: View, policy: ManagedPolicy): Plain<Answer> => ({
  PolicyName: policy.name,
  PolicyId: policy.policyId,
  Arn: policy.id,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersionId,
  AttachmentCount: attachmentCount(view, policy),
  PermissionsBoundaryUsageCount: boundaryCount(view, policy),
  IsAttachable: true,
  CreateDate: policy.createdAt,
  UpdateDate: policy.updatedAt,
});

/** The policy, if its owner may change it. AWS answers AccessDenied for its own. */
export const changeablePolicy = (
  view: View,
  arn: string | undefined,
  operation: string,
): ManagedPolicy | DomainError => {
  const policy = policyByArn(view, arn ?? '');
  if (policy === undefined) return noSuchPolicy(arn ?? '');
  return isAwsPolicy(policy)
    ? new DomainError(
        'AccessDenied',
        `User: arn:aws:iam::${view.account}:root is not authorized to perform: iam:${operation} on resource: policy ${policy.id}`,
      )
    : policy;
};

/** What is wrong with the document of a managed policy. */
export const managedPolicyFault = (document: string): DomainError | undefined =>
  identityPolicyFault(document) ??
  (countedCharacters(document) > quotas.managedPolicyCharacters
    ? quotaExceeded('PolicySize', quotas.managedPolicyCharacters)
    : undefined);

/** CreatePolicy: the name is unique in the account, whatever its case and path. */
export const createPolicy: Operation<CreatePolicyRequest, CreatePolicyResponse> = (tx, input) => {
  const { PolicyName: name = '', Path: path = '/', PolicyDocument: document = '' } = input;
  const fault = managedPolicyFault(document);
  if (fault !== undefined) return fault;
  if (tx.find(ManagedPolicies, 'name', nameKey(name)).length > 0) {
    return new DomainError(
      'EntityAlreadyExists',
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
    );
  }
  if (tx.list(ManagedPolicies).length >= quotaIn(tx, 'policiesPerAccount')) {
    return quotaExceeded('PoliciesPerAccount', quotaIn(tx, 'policiesPerAccount'));
  }
  const createdAt = wholeSecond(tx.now);
  const policy: ManagedPolicy = {
    id: iamArn(tx.account, 'policy', path, name),
    name,
    path,
    policyId: newUniqueId('ANPA', tx.random('iam/policies')),
    description: input.Description ?? null,
    createdAt,
    updatedAt: createdAt,
    versions: [{ versionId: 'v1', document, createdAt }],
    defaultVersionId: 'v1',
    nextVersion: 2,
  };
  tx.put(ManagedPolicies, policy);
  const untagged = tagResource(tx, policy.id, 'policy', input.Tags);
  if (untagged !== undefined) return untagged;
  const tags = tagsOf(tx, policy.id);
  return { Policy: { ...listedPolicy(tx, policy), ...(tags.length === 0 ? {} : { Tags: tags }) } };
};

export const getPolicy: Operation<GetPolicyRequest, GetPolicyResponse> = (tx, input) => {
  const policy = policyByArn(tx, input.PolicyArn ?? '');
  if (policy === undefined) return noSuchPolicy(input.PolicyArn ?? '');
  return {
    Policy: {
      ...listedPolicy(tx, policy),
      Description: policy.description ?? undefined,
      Tags: tagsOf(tx, policy.id),
    },
  };
};

/** ListPolicies: AWS's own and the account's, by name. */
export const listPolicies: Operation<ListPoliciesRequest, ListPoliciesResponse> = (tx, input) => {
  const { Scope: scope = 'All', PathPrefix: prefix = '/', PolicyUsageFilter: usage } = input;
  const policies = [
    ...(scope === 'Local' ? [] : awsPolicies()),
    ...(scope === 'AWS' ? [] : tx.list(ManagedPolicies)),
  ]
    .filter((policy) => policy.path.startsWith(prefix))
    .filter(
      (policy) =>
        (input.OnlyAttached !== true || attachmentCount(tx, policy) > 0) &&
        (usage !== 'PermissionsPolicy' || attachmentCount(tx, policy) > 0) &&
        (usage !== 'PermissionsBoundary' || boundaryCount(tx, policy) > 0),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const page = listPage(policies, input, (policy) => policy.id);
  if (isDomainError(page)) return page;
  return {
    Policies: page.items.map((policy) => listedPolicy(tx, policy)),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
};

/** DeletePolicy: nothing may use it, and its default version must be the only one. */
export const deletePolicy: Operation<DeletePolicyRequest, Nothing> = (tx, input) => {
  const policy = changeablePolicy(tx, input.PolicyArn, 'DeletePolicy');
  if (isDomainError(policy)) return policy;
  if (attachmentCount(tx, policy) > 0 || boundaryCount(tx, policy) > 0) {
    return deleteConflict('Cannot delete a policy attached to entities.');
  }
  if (policy.versions.length > 1) {
    return deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  forgetTags(tx, policy.id);
  tx.delete(ManagedPolicies, policy.id);
  return {};
};

export const tagPolicy: Operation<TagPolicyRequest, Nothing> = (tx, input) => {
  const policy = changeablePolicy(tx, input.PolicyArn, 'TagPolicy');
  if (isDomainError(policy)) return policy;
  return tagResource(tx, policy.id, 'policy', input.Tags) ?? {};
};

export const untagPolicy: Operation<UntagPolicyRequest, Nothing> = (tx, input) => {
  const policy = changeablePolicy(tx, input.PolicyArn, 'UntagPolicy');
  if (isDomainError(policy)) return policy;
  untagResource(tx, policy.id, input.TagKeys);
  return {};
};

export const listPolicyTags: Operation<ListPolicyTagsRequest, ListPolicyTagsResponse> = (
  tx,
  input,
) => {
  const policy = policyByArn(tx, input.PolicyArn ?? '');
  return policy === undefined
    ? noSuchPolicy(input.PolicyArn ?? '')
    : listTags(tx, policy.id, input);
};
