import type { Tx } from '../../world/transaction.ts';
import type { Tag } from '../shared/filters.ts';
import { addTags, removeTags } from '../shared/tags.ts';
import type { AutoScalingGroup } from './entities.ts';

// "Tag Auto Scaling groups and instances", EC2 Auto Scaling User Guide, tells what happens to tags at launches, at
// attachments and at detachments.

/** The key by which AWS tells of each instance what group it belongs to. */
const groupNameKey = 'aws:autoscaling:groupName';

/** The tags that a group gives to instances. */
export const propagatedTags = (group: Pick<AutoScalingGroup, 'tags'>): readonly Tag[] =>
  group.tags
    .filter((tag) => tag.propagateAtLaunch && !tag.key.startsWith('aws:'))
    .map((tag) => ({ Key: tag.key, Value: tag.value }));

/** Says of an instance that it belongs to a group. */
export const tagWithGroup = (tx: Tx, groupName: string, instanceId: string): void => {
  addTags(tx, instanceId, 'instance', [{ Key: groupNameKey, Value: groupName }]);
};

/**
 * An instance that is attached gets the group's tags in the place of those of the same keys. Where it would have more than an
 * instance may have, it keeps its own.
 */
export const tagAttached = (tx: Tx, group: AutoScalingGroup, instanceId: string): void => {
  addTags(tx, instanceId, 'instance', propagatedTags(group));
  tagWithGroup(tx, group.id, instanceId);
};

/** An instance that is detached keeps all tags but the one that says what group it belongs to. */
export const untagDetached = (tx: Tx, instanceId: string): void => {
  removeTags(tx, instanceId, [{ Key: groupNameKey }]);
};
