import type {
  GetInstanceMetadataDefaultsRequest,
  GetInstanceMetadataDefaultsResult,
  InstanceMonitoring,
  ModifyInstanceMetadataDefaultsRequest,
  ModifyInstanceMetadataDefaultsResult,
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
import { notBuilt } from '../errors.ts';
import { metadataAnswer } from './instance-answer.ts';
import { Instances } from './instance-entities.ts';
import { instanceById, instancesByIds } from './instances.ts';
import {
  checkHopLimit,
  metadataDefaultsOf,
  MetadataDefaultsTable,
  withMetadataOptions,
  type MetadataDefaults,
} from './metadata-options.ts';

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

/** GetInstanceMetadataDefaults: what the account says of new instances in this Region. */
export const getInstanceMetadataDefaults: Operation<
  GetInstanceMetadataDefaultsRequest,
  GetInstanceMetadataDefaultsResult
> = (tx) => {
  const { httpTokens, httpPutResponseHopLimit, httpEndpoint, instanceMetadataTags } =
    metadataDefaultsOf(tx);
  return {
    AccountLevel: {
      HttpTokens: httpTokens,
      HttpPutResponseHopLimit: httpPutResponseHopLimit,
      HttpEndpoint: httpEndpoint,
      InstanceMetadataTags: instanceMetadataTags,
      ManagedBy: 'account',
    },
  };
};

/** What a default becomes: as it was where nothing is said of it, none where it says `no-preference`. */
const changed = <T extends string>(
  before: T | undefined,
  asked: T | 'no-preference' | undefined,
): T | undefined => {
  if (asked === undefined) return before;
  return asked === 'no-preference' ? undefined : asked;
};

/** ModifyInstanceMetadataDefaults: for the instances that are launched from then on. A hop limit of -1 takes it away. */
export const modifyInstanceMetadataDefaults: Operation<
  ModifyInstanceMetadataDefaultsRequest,
  ModifyInstanceMetadataDefaultsResult
> = (tx, input) => {
  if (input.HttpTokensEnforced === 'enabled') {
    return notBuilt('tokens that every instance must ask for (HttpTokensEnforced)');
  }
  const before = metadataDefaultsOf(tx);
  const { HttpPutResponseHopLimit: asked = before.httpPutResponseHopLimit } = input;
  const hopLimit = asked === -1 ? undefined : asked;
  const refusal = hopLimit === undefined ? undefined : checkHopLimit(hopLimit);
  if (refusal !== undefined) return refusal;
  const defaults: MetadataDefaults = {
    httpTokens: changed(before.httpTokens, input.HttpTokens),
    httpPutResponseHopLimit: hopLimit,
    httpEndpoint: changed(before.httpEndpoint, input.HttpEndpoint),
    instanceMetadataTags: changed(before.instanceMetadataTags, input.InstanceMetadataTags),
  };
  const given = Object.entries(defaults).filter(([, value]) => value !== undefined);
  tx.put(MetadataDefaultsTable, { id: 'defaults', ...Object.fromEntries(given) });
  return { Return: true };
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
