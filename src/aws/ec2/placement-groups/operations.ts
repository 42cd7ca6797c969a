import { modifyInstancePlacement } from './modify-placement.ts';
import {
  createPlacementGroup,
  deletePlacementGroup,
  describePlacementGroups,
} from './placement-groups.ts';

/** The operations on placement groups. */
export const placementGroupOperations = {
  CreatePlacementGroup: createPlacementGroup,
  DeletePlacementGroup: deletePlacementGroup,
  DescribePlacementGroups: describePlacementGroups,
  ModifyInstancePlacement: modifyInstancePlacement,
};
