import type { AwsClients } from '../../support/aws-clients.ts';

/** What the stack of infrastructure tools is made of, as far as it stands. */
export interface Stack {
  /** Clients of the world, once it is ready. */
  aws: AwsClients;
  vpcId: string;
  readonly subnetIds: string[];
  securityGroupId: string;
  targetGroupArn: string;
  loadBalancerArn: string;
  launchTemplateId: string;
  instanceId: string;
  natGatewayId: string;
  internetGatewayId: string;
  routeTableId: string;
}

/** What everything is tagged with when it is made. */
export const tags = [
  { Key: 'Name', Value: 'shop' },
  { Key: 'Owner', Value: 'a tool' },
];

/** Tags in the order of their keys, without what else services say of them. */
export const sorted = (some: readonly { readonly Key?: string; readonly Value?: string }[] = []) =>
  some
    .map(({ Key = '', Value = '' }) => ({ Key, Value }))
    .toSorted((a, b) => a.Key.localeCompare(b.Key));
