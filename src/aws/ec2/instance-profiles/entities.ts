import { defineTable, type Entity } from '../../../world/entity.ts';

/** That an instance has an instance profile. It goes with the instance. */
export interface ProfileAssociation extends Entity {
  readonly instanceId: string;
  /** Of the instance profile, which IAM may have deleted since. */
  readonly profileArn: string;
  readonly profileId: string;
  /** World time, milliseconds since 1970. */
  readonly since: number;
}

export const ProfileAssociations = defineTable<ProfileAssociation>(
  'ec2-iam-instance-profile-associations',
  { instance: (association) => association.instanceId },
);
