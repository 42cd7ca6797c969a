import type {
  CreateFlowLogsRequest,
  CreateFlowLogsResult,
  DeleteFlowLogsRequest,
  DeleteFlowLogsResult,
  DescribeFlowLogsRequest,
  DescribeFlowLogsResult,
  FlowLog as Answer,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import { Subnets, Vpcs } from '../entities.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import { FlowLogs, type FlowLog } from './entities.ts';

/** "Default format", "Flow log records", Amazon VPC User Guide. */
const usualFormat =
  '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}';

const mostResources = 300;

const answerOf = (view: View, log: FlowLog): Plain<Answer> => ({
  CreationTime: log.createdAt,
  FlowLogId: log.id,
  FlowLogStatus: 'ACTIVE',
  ResourceId: log.resourceId,
  TrafficType: log.trafficType,
  LogDestinationType: log.destinationType,
  ...(log.destination === null ? {} : { LogDestination: log.destination }),
  ...(log.logGroupName === null ? {} : { LogGroupName: log.logGroupName }),
  ...(log.permissionArn === null ? {} : { DeliverLogsPermissionArn: log.permissionArn }),
  ...(log.crossAccountRole === null ? {} : { DeliverCrossAccountRole: log.crossAccountRole }),
  LogFormat: log.format,
  MaxAggregationInterval: log.aggregationSeconds,
  ...(log.files === null
    ? {}
    : {
        DestinationOptions: {
          FileFormat: log.files.format,
          HiveCompatiblePartitions: log.files.hiveCompatible,
          PerHourPartition: log.files.perHour,
        },
      }),
  Tags: tagsOf(view, log.id),
});

type Input = Plain<CreateFlowLogsRequest>;
type Destination = Pick<
  FlowLog,
  | 'destinationType'
  | 'destination'
  | 'logGroupName'
  | 'permissionArn'
  | 'crossAccountRole'
  | 'files'
>;

/** The name of the log group that an ARN ends with. */
const groupIn = (arn: string): string | undefined =>
  /^arn:aws[\w-]*:logs:[\w-]+:\d{12}:log-group:([^:*]+)(:\*)?$/.exec(arn)?.[1];

const readDestination = (input: Input): Destination | DomainError => {
  const { LogDestinationType: destinationType = 'cloud-watch-logs', LogGroupName: group } = input;
  const { LogDestination: destination, DeliverLogsPermissionArn: permissionArn } = input;
  if (group !== undefined && destination !== undefined) {
    return invalidParameterCombination(
      'Please only provide LogGroupName or only provide LogDestination.',
    );
  }
  const options = input.DestinationOptions;
  if (destinationType === 'cloud-watch-logs') {
    const name = group ?? (destination === undefined ? undefined : groupIn(destination));
    if (name === undefined) return missingParameter('logGroupName or logDestination');
    if (permissionArn === undefined) return missingParameter('deliverLogsPermissionArn');
    if (options !== undefined) {
      return invalidParameterCombination('DestinationOptions are only for the destination s3.');
    }
    return {
      destinationType,
      destination: destination ?? null,
      logGroupName: name,
      permissionArn,
      crossAccountRole: input.DeliverCrossAccountRole ?? null,
      files: null,
    };
  }
  if (destination === undefined) return missingParameter('logDestination');
  const service = destinationType === 's3' ? 's3' : 'firehose';
  if (!new RegExp(`^arn:aws[\\w-]*:${service}:`).test(destination)) {
    return invalidParameterValue(
      `LogDestination: ${destination} is not a valid ARN of ${service}.`,
    );
  }
  return {
    destinationType,
    destination,
    logGroupName: null,
    permissionArn: permissionArn ?? null,
    crossAccountRole: input.DeliverCrossAccountRole ?? null,
    files:
      destinationType === 's3' && options !== undefined
        ? {
            format: options.FileFormat ?? 'plain-text',
            hiveCompatible: options.HiveCompatiblePartitions ?? false,
            perHour: options.PerHourPartition ?? false,
          }
        : null,
  };
};

const missing = (view: View, type: Input['ResourceType'], id: string): DomainError | undefined => {
  const found =
    type === 'VPC'
      ? resourceById(view, Vpcs, kinds.vpc, id)
      : type === 'Subnet'
        ? resourceById(view, Subnets, kinds.subnet, id)
        : resourceById(view, NetworkInterfaces, kinds.networkInterface, id);
  return isDomainError(found) ? found : undefined;
};

const sameLog = (
  view: View,
  resourceId: string,
  wanted: Omit<FlowLog, 'id'>,
): DomainError | undefined =>
  view
    .find(FlowLogs, 'resource', resourceId)
    .some(
      (log) =>
        log.destination === wanted.destination &&
        log.logGroupName === wanted.logGroupName &&
        log.trafficType === wanted.trafficType,
    )
    ? new DomainError(
        'FlowLogAlreadyExists',
        'Error. There is an existing Flow Log with the same configuration and log destination.',
      )
    : undefined;

const unsuccessful = (
  ResourceId: string,
  { code, message }: DomainError,
): Plain<UnsuccessfulItem> => ({
  ResourceId,
  Error: { Code: code, Message: message },
});

const checkInput = (input: Input): DomainError | undefined => {
  const { ResourceType: type, ResourceIds: ids = [] } = input;
  if (type !== 'VPC' && type !== 'Subnet' && type !== 'NetworkInterface') {
    return notBuilt(`flow logs of the resource type ${type}`);
  }
  if (ids.length > mostResources) {
    return invalidParameterValue(`At most ${mostResources} resources can be specified.`);
  }
  if (input.TrafficType === undefined) return missingParameter('trafficType');
  const { MaxAggregationInterval: seconds = 600 } = input;
  return seconds === 60 || seconds === 600
    ? undefined
    : invalidParameterValue('Invalid Flow Log Max Aggregation Interval: it is 60 or 600 seconds.');
};

const wantedLog = (tx: Tx, input: Input): Omit<FlowLog, 'id' | 'resourceId'> | DomainError => {
  const refusal = checkInput(input);
  if (refusal !== undefined) return refusal;
  const destination = readDestination(input);
  if (isDomainError(destination)) return destination;
  const { LogFormat: format = usualFormat } = input;
  if (!/^\$\{[\w-]+\}( \$\{[\w-]+\})*$/.test(format)) {
    return invalidParameterValue(`Invalid Flow Log Format: ${format.slice(0, 200)}`);
  }
  return {
    trafficType: input.TrafficType ?? 'ALL',
    ...destination,
    format,
    aggregationSeconds: input.MaxAggregationInterval ?? 600,
    createdAt: tx.now,
  };
};

/** CreateFlowLogs: one for each resource; what cannot be made is told in the answer, beside what was. */
const createFlowLogs: Operation<CreateFlowLogsRequest, CreateFlowLogsResult> = (tx, input) => {
  const wanted = wantedLog(tx, input);
  if (isDomainError(wanted)) return wanted;
  const { type, prefix } = kinds.flowLog;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  const made: string[] = [];
  const failed: Plain<UnsuccessfulItem>[] = [];
  for (const resourceId of new Set(input.ResourceIds ?? [])) {
    const fields = { ...wanted, resourceId };
    const refusal = missing(tx, input.ResourceType, resourceId) ?? sameLog(tx, resourceId, fields);
    if (refusal !== undefined) {
      failed.push(unsuccessful(resourceId, refusal));
      continue;
    }
    const log: FlowLog = { id: newResourceId(tx, prefix), ...fields };
    tx.put(FlowLogs, log);
    const badTags = addTags(tx, log.id, type, tags);
    if (badTags !== undefined) return badTags;
    made.push(log.id);
  }
  return { ClientToken: input.ClientToken, FlowLogIds: made, Unsuccessful: failed };
};

const fields: FilterFields<FlowLog> = {
  'deliver-log-status': () => undefined,
  'flow-log-id': (log) => log.id,
  'log-destination-type': (log) => log.destinationType,
  'log-group-name': (log) => log.logGroupName ?? undefined,
  'resource-id': (log) => log.resourceId,
  'traffic-type': (log) => log.trafficType,
};

const describeFlowLogs: Operation<DescribeFlowLogsRequest, DescribeFlowLogsResult> = (
  tx,
  input,
) => {
  const page = describeResources(
    tx,
    FlowLogs,
    kinds.flowLog,
    { ...input, Filters: input.Filter, ids: input.FlowLogIds },
    fields,
  );
  if (isDomainError(page)) return page;
  return { FlowLogs: page.items.map((log) => answerOf(tx, log)), NextToken: page.nextToken };
};

const deleteFlowLogs: Operation<DeleteFlowLogsRequest, DeleteFlowLogsResult> = (tx, input) => {
  const failed: Plain<UnsuccessfulItem>[] = [];
  for (const id of new Set(input.FlowLogIds ?? [])) {
    const log = resourceById(tx, FlowLogs, kinds.flowLog, id);
    if (isDomainError(log)) failed.push(unsuccessful(id, log));
    else deleteResource(tx, FlowLogs, id);
  }
  return { Unsuccessful: failed };
};

/** The operations on flow logs. */
export const flowLogOperations = {
  CreateFlowLogs: createFlowLogs,
  DeleteFlowLogs: deleteFlowLogs,
  DescribeFlowLogs: describeFlowLogs,
};
