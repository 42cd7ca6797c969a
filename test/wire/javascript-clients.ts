import * as account from '@aws-sdk/client-account';
import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as ebs from '@aws-sdk/client-ebs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as lightsail from '@aws-sdk/client-lightsail';
import * as pricing from '@aws-sdk/client-pricing';
import * as route53 from '@aws-sdk/client-route-53';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import type { WireCase } from './cases.ts';
import { caseAccount } from './cases.ts';

interface AnyClient {
  send(command: object): Promise<Record<string, unknown>>;
  destroy(): void;
}
type ClientClass = new (configuration: object) => AnyClient;
type CommandClass = new (input: object) => object;

const packages: Readonly<
  Record<WireCase['client'], { readonly client: unknown; readonly commands: object }>
> = {
  account: { client: account.AccountClient, commands: account },
  autoscaling: { client: autoscaling.AutoScalingClient, commands: autoscaling },
  cloudwatch: { client: cloudwatch.CloudWatchClient, commands: cloudwatch },
  ebs: { client: ebs.EBSClient, commands: ebs },
  ec2: { client: ec2.EC2Client, commands: ec2 },
  elbv2: { client: elbv2.ElasticLoadBalancingV2Client, commands: elbv2 },
  iam: { client: iam.IAMClient, commands: iam },
  lightsail: { client: lightsail.LightsailClient, commands: lightsail },
  pricing: { client: pricing.PricingClient, commands: pricing },
  route53: { client: route53.Route53Client, commands: route53 },
  ssm: { client: ssm.SSMClient, commands: ssm },
  sts: { client: sts.STSClient, commands: sts },
};

/** A client of the AWS SDK for JavaScript against an endpoint; the case tables name clients and commands by text. */
export const javascriptClient = (
  name: WireCase['client'],
  endpoint: string,
  configuration: object = {},
): AnyClient => {
  // Every client class takes one configuration object; the table above holds nothing else.
  const Client = packages[name].client as ClientClass;
  return new Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: caseAccount, secretAccessKey: 'secret' },
    ...configuration,
  });
};

/** The command of an operation, for `javascriptClient(name, ...).send`. */
export const javascriptCommand = (
  name: WireCase['client'],
  operation: string,
  input: object,
): object => {
  // A package exports a class `<Operation>Command` for each of its operations.
  const Command = (packages[name].commands as Record<string, CommandClass>)[`${operation}Command`];
  if (Command === undefined) throw new Error(`${name} has no ${operation}Command`);
  return new Command(input);
};

/** An answer of a client without its metadata, with moments as milliseconds and without absent members. */
export const plainOutput = (value: unknown): unknown => {
  if (value instanceof Date) return value.getTime();
  if (value instanceof Uint8Array) return value;
  // JSON inside JSON comes as a text that can parse itself.
  if (Object.prototype.toString.call(value) === '[object String]') return String(value);
  if (Array.isArray(value)) return value.map(plainOutput);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, of]) => name !== '$metadata' && of !== undefined)
      .map(([name, of]) => [name, plainOutput(of)]),
  );
};
