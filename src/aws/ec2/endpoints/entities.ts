import { defineTable, type Entity } from '../../../world/entity.ts';

/** An endpoint by which a VPC reaches a service without leaving it. */
export interface VpcEndpoint extends Entity {
  readonly type: 'Gateway' | 'Interface';
  readonly vpcId: string;
  /** For example `com.amazonaws.us-east-1.s3`. */
  readonly serviceName: string;
  /** As it was written; undefined is AWS's own, which allows everything. */
  readonly policyDocument: string | undefined;
  /** Of a gateway endpoint. */
  readonly routeTableIds: readonly string[];
  /** Of an interface endpoint, each with its interface. */
  readonly interfaces: readonly {
    readonly subnetId: string;
    readonly networkInterfaceId: string;
  }[];
  readonly groupIds: readonly string[];
  readonly privateDnsEnabled: boolean;
  /** What tells the endpoint's names from others': eight letters. */
  readonly nameSuffix: string;
  /** World time, milliseconds since 1970. */
  readonly createdAt: number;
  readonly availableAt: number;
}

export const VpcEndpoints = defineTable<VpcEndpoint>('ec2-vpc-endpoints', {
  vpc: (endpoint) => endpoint.vpcId,
  routeTable: (endpoint) => endpoint.routeTableIds,
});
