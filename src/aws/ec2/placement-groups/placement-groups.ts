import type {
  CreatePlacementGroupRequest,
  CreatePlacementGroupResult,
  DeletePlacementGroupRequest,
  DescribePlacementGroupsRequest,
  DescribePlacementGroupsResult,
  PlacementGroup as ApiPlacementGroup,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { ec2Arn } from '../arns.ts';
import { deleteResource } from '../delete-resource.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { quotas } from '../launch/quotas.ts';
import { PlacementGroups, type PlacementGroup } from './entities.ts';
import { groupByName, membersOf, unknownGroup } from './members.ts';

/** "A maximum of seven partitions per Availability Zone" ("Placement groups", Amazon EC2 User Guide). */
const mostPartitions = 7;

const arnOf = (view: View, group: PlacementGroup): string =>
  ec2Arn(view, 'placement-group', group.name);

const render = (view: View, group: PlacementGroup): Plain<ApiPlacementGroup> => ({
  GroupName: group.name,
  State: 'available',
  Strategy: group.strategy,
  ...(group.partitionCount === null ? {} : { PartitionCount: group.partitionCount }),
  GroupId: group.id,
  Tags: tagsOf(view, group.id),
  GroupArn: arnOf(view, group),
  ...(group.strategy === 'spread' ? { SpreadLevel: 'rack' as const } : {}),
});

const partitionCountOf = (
  input: Plain<CreatePlacementGroupRequest>,
): PlacementGroup['partitionCount'] | DomainError => {
  const { PartitionCount: count, Strategy: strategy } = input;
  if (strategy !== 'partition') {
    return count === undefined
      ? null
      : invalidParameterCombination(
          "The PartitionCount parameter is only valid for the 'partition' strategy.",
        );
  }
  if (count === undefined) return 2;
  return count >= 1 && count <= mostPartitions
    ? count
    : invalidParameterValue(
        `Value (${count}) for parameter partitionCount is invalid. Partition count must be between 1 and ${mostPartitions}.`,
      );
};

const checkSpreadLevel = ({
  SpreadLevel: level,
  Strategy: strategy,
}: Plain<CreatePlacementGroupRequest>): DomainError | undefined => {
  if (level === undefined) return undefined;
  if (strategy !== 'spread') {
    return invalidParameterCombination(
      "The SpreadLevel parameter is only valid for the 'spread' strategy.",
    );
  }
  return level === 'host' ? notBuilt("Outposts (the spread level 'host')") : undefined;
};

/** CreatePlacementGroup. Errors: InvalidPlacementGroup.Duplicate, PlacementGroupLimitExceeded. */
export const createPlacementGroup: Operation<
  CreatePlacementGroupRequest,
  CreatePlacementGroupResult
> = (tx, input) => {
  const { GroupName: name, Strategy: strategy = 'cluster' } = input;
  if (name === undefined || name === '') return missingParameter('groupName');
  if (!/^[\x20-\x7e]{1,255}$/.test(name)) {
    return invalidParameterValue(
      `Value (${name.slice(0, 255)}) for parameter groupName is invalid. Up to 255 ASCII characters are allowed.`,
    );
  }
  if (strategy === 'precision-time') return notBuilt("the placement strategy 'precision-time'");
  const partitionCount = partitionCountOf(input);
  if (isDomainError(partitionCount)) return partitionCount;
  const refusal = checkSpreadLevel(input);
  if (refusal !== undefined) return refusal;
  const { type, prefix } = kinds.placementGroup;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  if (groupByName(tx, name) !== undefined) {
    return new DomainError(
      'InvalidPlacementGroup.Duplicate',
      `The Placement Group '${name}' already exists.`,
    );
  }
  if (tx.list(PlacementGroups).length >= quotas.placementGroupsPerRegion) {
    return limitExceeded('PlacementGroupLimitExceeded', 'placement groups');
  }
  const group: PlacementGroup = { id: newResourceId(tx, prefix), name, strategy, partitionCount };
  tx.put(PlacementGroups, group);
  return addTags(tx, group.id, type, tags) ?? { PlacementGroup: render(tx, group) };
};

/** DeletePlacementGroup: "you must terminate all instances in the placement group before". */
export const deletePlacementGroup: Operation<DeletePlacementGroupRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const name = input.GroupName ?? '';
  const group = groupByName(tx, name);
  if (group === undefined) return unknownGroup(name);
  if (membersOf(tx, group.id).length > 0) {
    return new DomainError(
      'InvalidPlacementGroup.InUse',
      `The placement group '${name}' is in use and may not be deleted.`,
    );
  }
  deleteResource(tx, PlacementGroups, group.id);
  return {};
};

const filterFields = (view: View): FilterFields<PlacementGroup> => ({
  'group-arn': (group) => arnOf(view, group),
  'group-name': (group) => group.name,
  'spread-level': (group) => (group.strategy === 'spread' ? 'rack' : undefined),
  state: () => 'available',
  strategy: (group) => group.strategy,
});

const named = (
  tx: Tx,
  input: Plain<DescribePlacementGroupsRequest>,
): readonly PlacementGroup[] | DomainError => {
  const { GroupNames: names = [], GroupIds: ids = [] } = input;
  if (names.length === 0 && ids.length === 0) return tx.list(PlacementGroups);
  const found = new Set<PlacementGroup>();
  for (const name of names) {
    const group = groupByName(tx, name);
    if (group === undefined) return unknownGroup(name);
    found.add(group);
  }
  for (const id of ids) {
    const group = tx.get(PlacementGroups, id);
    if (group === undefined) return unknownGroup(id);
    found.add(group);
  }
  return [...found];
};

/** DescribePlacementGroups: by names, ids and filters; it has no pages. */
export const describePlacementGroups: Operation<
  DescribePlacementGroupsRequest,
  DescribePlacementGroupsResult
> = (tx, input) => {
  const groups = named(tx, input);
  if (isDomainError(groups)) return groups;
  const kept = applyFilters(groups, input.Filters, filterFields(tx), ({ id }) => tagsOf(tx, id));
  return isDomainError(kept) ? kept : { PlacementGroups: kept.map((group) => render(tx, group)) };
};
