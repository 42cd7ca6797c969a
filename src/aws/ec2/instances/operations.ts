import {
  describeInstanceCreditSpecifications,
  getDefaultCreditSpecification,
  modifyDefaultCreditSpecification,
  modifyInstanceCreditSpecification,
} from './cpu-credits.ts';
import {
  getInstanceMetadataDefaults,
  modifyInstanceMetadataDefaults,
  modifyInstanceMetadataOptions,
  monitorInstances,
  unmonitorInstances,
} from './instance-metadata.ts';
import {
  modifyInstanceCapacityReservationAttributes,
  modifyInstanceCpuOptions,
  modifyInstanceMaintenanceOptions,
  modifyInstanceNetworkPerformanceOptions,
  modifyPrivateDnsNameOptions,
} from './option-changes.ts';

/** What EC2 does about the options of instances. */
export const instanceOptionOperations = {
  DescribeInstanceCreditSpecifications: describeInstanceCreditSpecifications,
  GetDefaultCreditSpecification: getDefaultCreditSpecification,
  GetInstanceMetadataDefaults: getInstanceMetadataDefaults,
  ModifyDefaultCreditSpecification: modifyDefaultCreditSpecification,
  ModifyInstanceCapacityReservationAttributes: modifyInstanceCapacityReservationAttributes,
  ModifyInstanceCpuOptions: modifyInstanceCpuOptions,
  ModifyInstanceCreditSpecification: modifyInstanceCreditSpecification,
  ModifyInstanceMaintenanceOptions: modifyInstanceMaintenanceOptions,
  ModifyInstanceMetadataDefaults: modifyInstanceMetadataDefaults,
  ModifyInstanceMetadataOptions: modifyInstanceMetadataOptions,
  ModifyInstanceNetworkPerformanceOptions: modifyInstanceNetworkPerformanceOptions,
  ModifyPrivateDnsNameOptions: modifyPrivateDnsNameOptions,
  MonitorInstances: monitorInstances,
  UnmonitorInstances: unmonitorInstances,
};
