import { Account } from '@aws-sdk/client-account';
import { EBS } from '@aws-sdk/client-ebs';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAM } from '@aws-sdk/client-iam';
import { Lightsail } from '@aws-sdk/client-lightsail';
import { Pricing } from '@aws-sdk/client-pricing';
import { Route53 } from '@aws-sdk/client-route-53';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';

/** Who calls, and where. */
export interface Caller {
  readonly region?: string;
  /** Twelve digits are the account; any other key is the default account. */
  readonly accessKeyId?: string;
  /** Real milliseconds until a silent endpoint is given up. */
  readonly timeoutMs?: number;
}

/** A client of the AWS SDK for each service that tests speak to all over the place; others are made by `awsClient`. */
const classes = {
  account: Account,
  autoscaling: AutoScaling,
  cloudwatch: CloudWatch,
  ebs: EBS,
  ec2: EC2,
  elbv2: ElasticLoadBalancingV2,
  iam: IAM,
  lightsail: Lightsail,
  pricing: Pricing,
  route53: Route53,
  ssm: SSM,
  sts: STS,
};

type Classes = typeof classes;
export type AwsClients = { readonly [Name in keyof Classes]: InstanceType<Classes[Name]> };

/** Operations that were answered well through clients of this process, as `ec2:DescribeVpcs`. */
export const answeredOperations = new Set<string>();

interface Recordable {
  /** The name in a credential scope, as docs/coverage.md has it. */
  readonly config: { readonly defaultSigningName: string };
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: object) => Promise<unknown>,
        context: { readonly commandName?: string },
      ) => (args: object) => Promise<unknown>,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
}

const record = (client: Recordable): void => {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      answeredOperations.add(`${client.config.defaultSigningName}:${operation}`);
      return answer;
    },
    { step: 'initialize', name: 'answeredOperations' },
  );
};

const configurationOf = (endpoint: string, caller: Caller) => ({
  endpoint,
  region: caller.region ?? 'us-east-1',
  credentials: { accessKeyId: caller.accessKeyId ?? 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
  ...(caller.timeoutMs === undefined
    ? {}
    : { requestHandler: { requestTimeout: caller.timeoutMs, throwOnRequestTimeout: true } }),
});

/** An unmodified client of the AWS SDK for JavaScript against an endpoint. It does not retry: a test sees each answer. */
export const awsClient = <Client>(
  Class: new (configuration: ReturnType<typeof configurationOf>) => Client,
  endpoint: string,
  caller: Caller = {},
): Client => {
  const client = new Class(configurationOf(endpoint, caller));
  // Each client's middleware differs in its types of input and output, which the recorder does not look at.
  record(client as unknown as Recordable);
  return client;
};

/** By endpoint and caller: each client keeps connections, of which a world takes a thousand at most. */
const known = new Map<string, AwsClients>();

/** All of them against an endpoint, each made when it is first asked for, once for each caller. */
export const awsClients = (endpoint: string, caller: Caller = {}): AwsClients => {
  const key = JSON.stringify([endpoint, caller]);
  const clients = known.get(key) ?? newClients(endpoint, caller);
  known.set(key, clients);
  return clients;
};

const newClients = (endpoint: string, caller: Caller): AwsClients => {
  const clients = {};
  for (const [name, Class] of Object.entries(classes)) {
    Object.defineProperty(clients, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        // The classes differ in their commands alone; what is made of each is what its name stands for.
        const value = awsClient(Class as new (configuration: object) => unknown, endpoint, caller);
        Object.defineProperty(clients, name, { value, enumerable: true });
        return value;
      },
    });
  }
  // Each property of AwsClients was defined by the loop above.
  return clients as AwsClients;
};

/** How a call was refused. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** The refusal of a call, as the SDK's user sees it; throws when the call was answered. */
export const refusalOf = async (call: Promise<unknown>): Promise<Refusal> => {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    // The SDK throws its ServiceException, or an error of the connection.
    const { name, message, $metadata } = error as {
      readonly name: string;
      readonly message: string;
      readonly $metadata?: { readonly httpStatusCode?: number };
    };
    return { code: name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error(`The call was not refused: ${JSON.stringify(answer)}`);
};

/** What AWS always answers although its types say that it may be missing. */
export const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('A member that AWS always gives is missing.');
  return value;
};
