import type {
  DescribeInstanceCreditSpecificationsRequest,
  DescribeInstanceCreditSpecificationsResult,
  InstanceMonitoring,
  ModifyInstanceMetadataOptionsRequest,
  ModifyInstanceMetadataOptionsResult,
  MonitorInstancesRequest,
  MonitorInstancesResult,
  UnmonitorInstancesRequest,
  UnmonitorInstancesResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { filteredPage } from '../describe.ts';
import { notBuilt } from '../errors.ts';
import { metadataAnswer } from './instance-answer.ts';
import { Instances } from './instance-entities.ts';
import { instanceById, instancesByIds } from './instances.ts';
import { withMetadataOptions } from './metadata-options.ts';

/** ModifyInstanceMetadataOptions: seen by the instance's metadata service at once. */
export const modifyInstanceMetadataOptions: Operation<
  ModifyInstanceMetadataOptionsRequest,
  ModifyInstanceMetadataOptionsResult
> = (tx, input) => {
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  if (instance.state === 'shutting-down' || instance.state === 'terminated') {
    return new DomainError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is ${instance.state}; its metadata options cannot be changed.`,
    );
  }
  const metadataOptions = withMetadataOptions(instance.metadataOptions, input);
  if (isDomainError(metadataOptions)) return metadataOptions;
  const changed = { ...instance, metadataOptions };
  tx.put(Instances, changed);
  return {
    InstanceId: instance.id,
    InstanceMetadataOptions: { ...metadataAnswer(changed), State: 'pending' },
  };
};

const setMonitoring = (
  tx: Tx,
  input: Plain<MonitorInstancesRequest>,
  isDetailed: boolean,
): readonly Plain<InstanceMonitoring>[] | DomainError => {
  if ((input.MetricCategoryIds ?? []).length > 0) {
    return notBuilt('monitoring by categories of metrics (MetricCategoryIds)');
  }
  const instances = instancesByIds(tx, input.InstanceIds ?? []);
  if (isDomainError(instances)) return instances;
  return instances.map((instance) => {
    tx.put(Instances, { ...instance, detailedMonitoring: isDetailed });
    return {
      InstanceId: instance.id,
      Monitoring: { State: isDetailed ? 'pending' : 'disabling' },
    };
  });
};

/** MonitorInstances: detailed monitoring is a fact of the API; there is no CloudWatch that would show it. */
export const monitorInstances: Operation<MonitorInstancesRequest, MonitorInstancesResult> = (
  tx,
  input,
) => {
  const changed = setMonitoring(tx, input, true);
  return isDomainError(changed) ? changed : { InstanceMonitorings: changed };
};

/** UnmonitorInstances. */
export const unmonitorInstances: Operation<UnmonitorInstancesRequest, UnmonitorInstancesResult> = (
  tx,
  input,
) => {
  const changed = setMonitoring(tx, input, false);
  return isDomainError(changed) ? changed : { InstanceMonitorings: changed };
};

/**
 * DescribeInstanceCreditSpecifications: of burstable instances. Without ids AWS lists only those with unlimited
 * credits (Amazon EC2 API Reference).
 */
export const describeInstanceCreditSpecifications: Operation<
  DescribeInstanceCreditSpecificationsRequest,
  DescribeInstanceCreditSpecificationsResult
> = (tx, input) => {
  const ids = input.InstanceIds ?? [];
  const named = ids.length > 0 ? instancesByIds(tx, ids) : tx.list(Instances);
  if (isDomainError(named)) return named;
  const shown = named.filter((instance) =>
    ids.length > 0 ? instance.cpuCredits !== null : instance.cpuCredits === 'unlimited',
  );
  const page = filteredPage(tx, shown, input, { 'instance-id': (it) => it.id });
  if (isDomainError(page)) return page;
  return {
    InstanceCreditSpecifications: page.items.map((instance) => ({
      InstanceId: instance.id,
      CpuCredits: instance.cpuCredits ?? undefined,
    })),
    NextToken: page.nextToken,
  };
};
