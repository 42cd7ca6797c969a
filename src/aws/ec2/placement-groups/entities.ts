import { defineTable, type Entity } from '../../../world/entity.ts';

/** Instances that are to stand near each other, apart from each other, or in partitions that share no rack. */
export interface PlacementGroup extends Entity {
  /** Unique in the account's Region. */
  readonly name: string;
  readonly strategy: 'cluster' | 'spread' | 'partition';
  /** Of a group of partitions. */
  readonly partitionCount: number | null;
}

export const PlacementGroups = defineTable<PlacementGroup>('ec2-placement-groups', {
  name: (group) => group.name,
});

/** What an instance's placement group means for where it stands; the group is there as long as the instance. */
export interface InstancePlacement {
  readonly groupId: string;
  readonly groupName: string;
  readonly strategy: PlacementGroup['strategy'];
  /** Of a group of partitions: from 1 on. */
  readonly partition?: number;
  readonly partitionCount?: number;
  /** Of a spread group: which of its members in the zone it is, from 0 on. */
  readonly member?: number;
}
