import type { IamInstanceProfileSpecification } from '@aws-sdk/client-ec2';
import type { DomainError } from '../../../world/domain-error.ts';
import { partitionShard } from '../../../world/entity.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { InstanceProfiles, type InstanceProfile } from '../../iam/entities.ts';
import { nameKey } from '../../iam/identifiers.ts';
import type { Plain } from '../../operation.ts';
import { newResourceId } from '../../shared/ids.ts';
import { invalidParameterCombination, invalidParameterValue } from '../errors.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { ProfileAssociations, type ProfileAssociation } from './entities.ts';

/** The words that Terraform and others wait for while IAM is still spreading what was written. */
const invalidProfile = (parameter: 'name' | 'arn', value: string): DomainError =>
  invalidParameterValue(
    `Value (${value}) for parameter iamInstanceProfile.${parameter} is invalid. Invalid IAM Instance Profile ${parameter === 'arn' ? 'ARN' : 'name'}`,
  );

/** The instance profile that a request names, by name or ARN; undefined when it names none. It must hold a role. */
export const askedProfile = (
  view: View,
  asked: Plain<IamInstanceProfileSpecification> | undefined,
): InstanceProfile | undefined | DomainError => {
  const { Arn: arn, Name: name } = asked ?? {};
  if (arn !== undefined && name !== undefined) {
    return invalidParameterCombination(
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  if (arn === undefined && name === undefined) return undefined;
  // Every Region has a copy of IAM.
  const iam = view.elsewhere(partitionShard);
  const found =
    arn === undefined
      ? iam?.get(InstanceProfiles, nameKey(name ?? ''))
      : iam?.find(InstanceProfiles, 'arn', arn)[0];
  if (found === undefined || (arn === undefined && found.name !== name)) {
    return arn === undefined ? invalidProfile('name', name ?? '') : invalidProfile('arn', arn);
  }
  return found.role === null
    ? invalidParameterValue(`IAM Instance Profile "${found.arn}" has no associated IAM Roles`)
    : found;
};

/** The association of an instance with its profile; undefined when it has none. */
export const profileAssociationOf = (
  view: View,
  instanceId: string,
): ProfileAssociation | undefined => view.find(ProfileAssociations, 'instance', instanceId)[0];

/** Gives an instance that has no profile one. */
export const addProfileAssociation = (
  tx: Tx,
  instanceId: string,
  profile: Pick<InstanceProfile, 'arn' | 'profileId'>,
): ProfileAssociation => {
  const association: ProfileAssociation = {
    id: newResourceId(tx, 'iip-assoc'),
    instanceId,
    profileArn: profile.arn,
    profileId: profile.profileId,
    since: wholeSecond(tx.now),
  };
  tx.put(ProfileAssociations, association);
  return association;
};

/** Takes an instance's profile away with it. */
export const forgetProfileOf = (tx: Tx, instanceId: string): void => {
  const association = profileAssociationOf(tx, instanceId);
  if (association !== undefined) tx.delete(ProfileAssociations, association.id);
};

/** The name at the end of an instance profile's ARN. */
export const profileNameOf = ({ profileArn }: ProfileAssociation): string =>
  profileArn.slice(profileArn.lastIndexOf('/') + 1);
