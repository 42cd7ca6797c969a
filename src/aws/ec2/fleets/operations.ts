import { getInstanceTypesFromInstanceRequirements } from '../instances/instance-requirements.ts';
import {
  createFleet,
  deleteFleets,
  describeFleetHistory,
  describeFleetInstances,
  describeFleets,
  modifyFleet,
} from './fleets.ts';

/** The operations on fleets, and on what they choose from. */
export const fleetOperations = {
  CreateFleet: createFleet,
  DeleteFleets: deleteFleets,
  DescribeFleetHistory: describeFleetHistory,
  DescribeFleetInstances: describeFleetInstances,
  DescribeFleets: describeFleets,
  GetInstanceTypesFromInstanceRequirements: getInstanceTypesFromInstanceRequirements,
  ModifyFleet: modifyFleet,
};
