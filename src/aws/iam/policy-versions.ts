import type {
  CreatePolicyVersionRequest,
  CreatePolicyVersionResponse,
  DeletePolicyVersionRequest,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  ListPolicyVersionsRequest,
  ListPolicyVersionsResponse,
  PolicyVersion as Answer,
  SetDefaultPolicyVersionRequest,
} from '@aws-sdk/client-iam';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { ManagedPolicies, type ManagedPolicy, type PolicyVersion } from './entities.ts';
import { deleteConflict, limitExceeded, noSuchPolicy, noSuchPolicyVersion } from './errors.ts';
import { encodedDocument } from './identifiers.ts';
import { policyByArn } from './managed-policies.ts';
import { listPage } from './paging.ts';
import { changeablePolicy, managedPolicyFault } from './policies.ts';
import { quotas } from './quotas.ts';

/** A version as lists give it, without its document. */
const listedVersion = (policy: ManagedPolicy, version: PolicyVersion): Plain<Answer> => ({
  VersionId: version.versionId,
  IsDefaultVersion: version.versionId === policy.defaultVersionId,
  CreateDate: version.createdAt,
});

const versionOf = (policy: ManagedPolicy, id: string | undefined): PolicyVersion | DomainError =>
  policy.versions.find((version) => version.versionId === id) ??
  noSuchPolicyVersion(policy.id, id ?? '');

/** CreatePolicyVersion: five at most; the numbers of deleted ones do not come again. */
export const createPolicyVersion: Operation<
  CreatePolicyVersionRequest,
  CreatePolicyVersionResponse
> = (tx, input) => {
  const policy = changeablePolicy(tx, input.PolicyArn, 'CreatePolicyVersion');
  if (isDomainError(policy)) return policy;
  const { PolicyDocument: document = '', SetAsDefault: isDefault = false } = input;
  const fault = managedPolicyFault(document);
  if (fault !== undefined) return fault;
  if (policy.versions.length >= quotas.versionsPerPolicy) {
    return limitExceeded(
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    );
  }
  const createdAt = wholeSecond(tx.now);
  const version = { versionId: `v${policy.nextVersion}`, document, createdAt };
  const changed: ManagedPolicy = {
    ...policy,
    versions: [...policy.versions, version],
    defaultVersionId: isDefault ? version.versionId : policy.defaultVersionId,
    nextVersion: policy.nextVersion + 1,
    updatedAt: createdAt,
  };
  tx.put(ManagedPolicies, changed);
  return { PolicyVersion: listedVersion(changed, version) };
};

export const getPolicyVersion: Operation<GetPolicyVersionRequest, GetPolicyVersionResponse> = (
  tx,
  input,
) => {
  const policy = policyByArn(tx, input.PolicyArn ?? '');
  if (policy === undefined) return noSuchPolicy(input.PolicyArn ?? '');
  const version = versionOf(policy, input.VersionId);
  if (isDomainError(version)) return version;
  return {
    PolicyVersion: {
      ...listedVersion(policy, version),
      Document: encodedDocument(version.document),
    },
  };
};

/** ListPolicyVersions: the newest first. */
export const listPolicyVersions: Operation<
  ListPolicyVersionsRequest,
  ListPolicyVersionsResponse
> = (tx, input) => {
  const policy = policyByArn(tx, input.PolicyArn ?? '');
  if (policy === undefined) return noSuchPolicy(input.PolicyArn ?? '');
  const page = listPage(policy.versions.toReversed(), input, (version) => version.versionId);
  if (isDomainError(page)) return page;
  return {
    Versions: page.items.map((version) => listedVersion(policy, version)),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
};

export const deletePolicyVersion: Operation<DeletePolicyVersionRequest, Nothing> = (tx, input) => {
  const policy = changeablePolicy(tx, input.PolicyArn, 'DeletePolicyVersion');
  if (isDomainError(policy)) return policy;
  const version = versionOf(policy, input.VersionId);
  if (isDomainError(version)) return version;
  if (version.versionId === policy.defaultVersionId) {
    return deleteConflict('Cannot delete the default version of a policy.');
  }
  tx.put(ManagedPolicies, {
    ...policy,
    versions: policy.versions.filter((one) => one !== version),
    updatedAt: wholeSecond(tx.now),
  });
  return {};
};

export const setDefaultPolicyVersion: Operation<SetDefaultPolicyVersionRequest, Nothing> = (
  tx,
  input,
) => {
  const policy = changeablePolicy(tx, input.PolicyArn, 'SetDefaultPolicyVersion');
  if (isDomainError(policy)) return policy;
  const version = versionOf(policy, input.VersionId);
  if (isDomainError(version)) return version;
  tx.put(ManagedPolicies, {
    ...policy,
    defaultVersionId: version.versionId,
    updatedAt: wholeSecond(tx.now),
  });
  return {};
};
