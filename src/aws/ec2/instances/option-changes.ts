import type {
  ModifyInstanceCapacityReservationAttributesRequest,
  ModifyInstanceCapacityReservationAttributesResult,
  ModifyInstanceCpuOptionsRequest,
  ModifyInstanceCpuOptionsResult,
  ModifyInstanceMaintenanceOptionsRequest,
  ModifyInstanceMaintenanceOptionsResult,
  ModifyInstanceNetworkPerformanceRequest,
  ModifyInstanceNetworkPerformanceResult,
  ModifyPrivateDnsNameOptionsRequest,
  ModifyPrivateDnsNameOptionsResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import { missingParameter } from '../errors.ts';
import {
  checkBandwidthWeighting,
  lacksReservation,
  readCpu,
  readReservationPreference,
} from '../launch/launch-options.ts';
import { cpuAnswer } from './instance-answer.ts';
import { Instances, type Instance } from './instance-entities.ts';
import { optionsOf, type InstanceOptions } from './instance-options.ts';
import { instanceById } from './instances.ts';

/** Some things of an instance can be changed only while it is off. */
export const mustBeStopped = (instance: Instance): DomainError | undefined =>
  instance.state === 'stopped'
    ? undefined
    : new DomainError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in the 'stopped' state.`,
      );

const mustExist = (instance: Instance): DomainError | undefined =>
  instance.state === 'shutting-down' || instance.state === 'terminated'
    ? new DomainError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is ${instance.state}; its options cannot be changed.`,
      )
    : undefined;

const changeable = (
  view: View,
  id: string | undefined,
  check: (instance: Instance) => DomainError | undefined,
): Instance | DomainError => {
  const instance = instanceById(view, id);
  return isDomainError(instance) ? instance : (check(instance) ?? instance);
};

/** The instance with some of its options changed, as it is then kept. */
export const putOptions = (
  tx: Tx,
  instance: Instance,
  changes: Partial<InstanceOptions>,
): Instance => {
  const changed = { ...instance, options: { ...optionsOf(instance), ...changes } };
  tx.put(Instances, changed);
  return changed;
};

/** ModifyInstanceCpuOptions: while the instance is stopped. */
export const modifyInstanceCpuOptions: Operation<
  ModifyInstanceCpuOptionsRequest,
  ModifyInstanceCpuOptionsResult
> = (tx, input) => {
  const instance = changeable(tx, input.InstanceId, mustBeStopped);
  if (isDomainError(instance)) return instance;
  const { CoreCount, ThreadsPerCore, NestedVirtualization } = input;
  if ((CoreCount ?? ThreadsPerCore ?? NestedVirtualization) === undefined) {
    return missingParameter('CoreCount');
  }
  const asked = readCpu(instance.instanceType, { CoreCount, ThreadsPerCore, NestedVirtualization });
  if (isDomainError(asked)) return asked;
  const before = optionsOf(instance).cpu;
  const changed = putOptions(tx, instance, {
    cpu: {
      coreCount: asked?.coreCount ?? before?.coreCount ?? null,
      threadsPerCore: asked?.threadsPerCore ?? before?.threadsPerCore ?? null,
      amdSevSnp: before?.amdSevSnp ?? null,
      nestedVirtualization: asked?.nestedVirtualization ?? before?.nestedVirtualization ?? null,
    },
  });
  const { AmdSevSnp: _, ...answer } = cpuAnswer(changed);
  return { InstanceId: instance.id, ...answer };
};

/** ModifyInstanceMaintenanceOptions: whether AWS moves it to another host by itself is a fact here. */
export const modifyInstanceMaintenanceOptions: Operation<
  ModifyInstanceMaintenanceOptionsRequest,
  ModifyInstanceMaintenanceOptionsResult
> = (tx, input) => {
  const instance = changeable(tx, input.InstanceId, mustExist);
  if (isDomainError(instance)) return instance;
  if ((input.AutoRecovery ?? input.RebootMigration) === undefined) {
    return missingParameter('AutoRecovery');
  }
  const before = optionsOf(instance);
  const { autoRecovery, rebootMigration } = optionsOf(
    putOptions(tx, instance, {
      autoRecovery: input.AutoRecovery ?? before.autoRecovery,
      rebootMigration: input.RebootMigration ?? before.rebootMigration,
    }),
  );
  return { InstanceId: instance.id, AutoRecovery: autoRecovery, RebootMigration: rebootMigration };
};

/** ModifyInstanceNetworkPerformanceOptions: while the instance is stopped. */
export const modifyInstanceNetworkPerformanceOptions: Operation<
  ModifyInstanceNetworkPerformanceRequest,
  ModifyInstanceNetworkPerformanceResult
> = (tx, input) => {
  const instance = changeable(tx, input.InstanceId, mustBeStopped);
  if (isDomainError(instance)) return instance;
  const { BandwidthWeighting: bandwidthWeighting = 'default' } = input;
  const refusal = checkBandwidthWeighting(instance.instanceType, bandwidthWeighting);
  if (refusal !== undefined) return refusal;
  putOptions(tx, instance, { bandwidthWeighting });
  return { InstanceId: instance.id, BandwidthWeighting: bandwidthWeighting };
};

/** ModifyInstanceCapacityReservationAttributes: while the instance is stopped. */
export const modifyInstanceCapacityReservationAttributes: Operation<
  ModifyInstanceCapacityReservationAttributesRequest,
  ModifyInstanceCapacityReservationAttributesResult
> = (tx, input) => {
  const instance = changeable(tx, input.InstanceId, mustBeStopped);
  if (isDomainError(instance)) return instance;
  const preference = readReservationPreference(input.CapacityReservationSpecification);
  if (isDomainError(preference)) return preference;
  if (preference === 'capacity-reservations-only') return lacksReservation();
  putOptions(tx, instance, { capacityReservationPreference: preference });
  return { Return: true };
};

/**
 * ModifyPrivateDnsNameOptions: records by resource name at any time, the type of the host name while the instance is stopped
 * ("EC2 instance hostnames and domains", User Guide).
 */
export const modifyPrivateDnsNameOptions: Operation<
  ModifyPrivateDnsNameOptionsRequest,
  ModifyPrivateDnsNameOptionsResult
> = (tx, input) => {
  const instance = changeable(tx, input.InstanceId, mustExist);
  if (isDomainError(instance)) return instance;
  const { PrivateDnsHostnameType: hostnameType = instance.hostnameType } = input;
  const refusal = hostnameType === instance.hostnameType ? undefined : mustBeStopped(instance);
  if (refusal !== undefined) return refusal;
  tx.put(Instances, {
    ...instance,
    hostnameType,
    enableResourceNameDnsARecord:
      input.EnableResourceNameDnsARecord ?? instance.enableResourceNameDnsARecord,
    enableResourceNameDnsAAAARecord:
      input.EnableResourceNameDnsAAAARecord ?? instance.enableResourceNameDnsAAAARecord ?? false,
  });
  return { Return: true };
};
