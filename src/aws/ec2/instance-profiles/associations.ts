import type {
  AssociateIamInstanceProfileRequest,
  AssociateIamInstanceProfileResult,
  DescribeIamInstanceProfileAssociationsRequest,
  DescribeIamInstanceProfileAssociationsResult,
  DisassociateIamInstanceProfileRequest,
  DisassociateIamInstanceProfileResult,
  IamInstanceProfileAssociation as Answer,
  IamInstanceProfileAssociationState,
  ReplaceIamInstanceProfileAssociationRequest,
  ReplaceIamInstanceProfileAssociationResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Operation, Plain } from '../../operation.ts';
import { describeResources, resourceById } from '../describe.ts';
import { kinds, missingParameter } from '../errors.ts';
import { instanceById } from '../instances/instances.ts';
import { ProfileAssociations, type ProfileAssociation } from './entities.ts';
import { addProfileAssociation, askedProfile, profileAssociationOf } from './profiles.ts';

const answer = (
  association: ProfileAssociation,
  state: IamInstanceProfileAssociationState,
): Plain<Answer> => ({
  AssociationId: association.id,
  InstanceId: association.instanceId,
  IamInstanceProfile: { Arn: association.profileArn, Id: association.profileId },
  State: state,
});

/** AssociateIamInstanceProfile: for an instance that runs or is stopped and has no profile yet. */
export const associateIamInstanceProfile: Operation<
  AssociateIamInstanceProfileRequest,
  AssociateIamInstanceProfileResult
> = (tx, input) => {
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  const profile = askedProfile(tx, input.IamInstanceProfile);
  if (isDomainError(profile)) return profile;
  if (profile === undefined) return missingParameter('IamInstanceProfile');
  if (!['running', 'stopping', 'stopped'].includes(instance.state)) {
    return new DomainError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in the 'running' or 'stopped' states.`,
    );
  }
  if (profileAssociationOf(tx, instance.id) !== undefined) {
    return new DomainError(
      'IncorrectState',
      `There is an existing association for instance ${instance.id}`,
    );
  }
  const association = addProfileAssociation(tx, instance.id, profile);
  return { IamInstanceProfileAssociation: answer(association, 'associating') };
};

/** DisassociateIamInstanceProfile: the association is gone with the answer. */
export const disassociateIamInstanceProfile: Operation<
  DisassociateIamInstanceProfileRequest,
  DisassociateIamInstanceProfileResult
> = (tx, input) => {
  const association = resourceById(
    tx,
    ProfileAssociations,
    kinds.iamInstanceProfileAssociation,
    input.AssociationId,
  );
  if (isDomainError(association)) return association;
  tx.delete(ProfileAssociations, association.id);
  return { IamInstanceProfileAssociation: answer(association, 'disassociating') };
};

/** ReplaceIamInstanceProfileAssociation: another profile, in an association with an id of its own. */
export const replaceIamInstanceProfileAssociation: Operation<
  ReplaceIamInstanceProfileAssociationRequest,
  ReplaceIamInstanceProfileAssociationResult
> = (tx, input) => {
  const association = resourceById(
    tx,
    ProfileAssociations,
    kinds.iamInstanceProfileAssociation,
    input.AssociationId,
  );
  if (isDomainError(association)) return association;
  const profile = askedProfile(tx, input.IamInstanceProfile);
  if (isDomainError(profile)) return profile;
  if (profile === undefined) return missingParameter('IamInstanceProfile');
  tx.delete(ProfileAssociations, association.id);
  const replacement = addProfileAssociation(tx, association.instanceId, profile);
  return { IamInstanceProfileAssociation: answer(replacement, 'associating') };
};

export const describeIamInstanceProfileAssociations: Operation<
  DescribeIamInstanceProfileAssociationsRequest,
  DescribeIamInstanceProfileAssociationsResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    ProfileAssociations,
    kinds.iamInstanceProfileAssociation,
    { ...input, ids: input.AssociationIds },
    { 'instance-id': (one) => one.instanceId, state: () => 'associated' },
  );
  if (isDomainError(page)) return page;
  return {
    IamInstanceProfileAssociations: page.items.map((one) => answer(one, 'associated')),
    NextToken: page.nextToken,
  };
};
