import { defineTable, type Entity } from '../../../world/entity.ts';

/** That traffic of a VPC, a subnet or an interface is to be written down. A fact: nothing is written anywhere. */
export interface FlowLog extends Entity {
  readonly resourceId: string;
  readonly trafficType: 'ACCEPT' | 'REJECT' | 'ALL';
  readonly destinationType: 'cloud-watch-logs' | 's3' | 'kinesis-data-firehose';
  /** An ARN; null where a log group is named. */
  readonly destination: string | null;
  readonly logGroupName: string | null;
  readonly permissionArn: string | null;
  readonly crossAccountRole: string | null;
  readonly format: string;
  readonly aggregationSeconds: number;
  readonly files: {
    readonly format: 'plain-text' | 'parquet';
    readonly hiveCompatible: boolean;
    readonly perHour: boolean;
  } | null;
  /** World time, milliseconds since 1970. */
  readonly createdAt: number;
}

export const FlowLogs = defineTable<FlowLog>('ec2-flow-logs', {
  resource: (log) => log.resourceId,
});
