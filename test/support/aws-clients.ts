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

/** A client of the AWS SDK for each service, all of one caller. */
export interface AwsClients {
  readonly account: Account;
  readonly ebs: EBS;
  readonly autoscaling: AutoScaling;
  readonly cloudwatch: CloudWatch;
  readonly ec2: EC2;
  readonly elbv2: ElasticLoadBalancingV2;
  readonly iam: IAM;
  readonly lightsail: Lightsail;
  readonly pricing: Pricing;
  readonly route53: Route53;
  readonly ssm: SSM;
  readonly sts: STS;
}

/** The credential scope's name of each client, as docs/coverage.md has it. */
const scopes: Readonly<Record<keyof AwsClients, string>> = {
  account: 'account',
  autoscaling: 'autoscaling',
  cloudwatch: 'monitoring',
  ebs: 'ebs',
  ec2: 'ec2',
  elbv2: 'elasticloadbalancing',
  iam: 'iam',
  lightsail: 'lightsail',
  pricing: 'pricing',
  route53: 'route53',
  ssm: 'ssm',
  sts: 'sts',
};

/** Operations that were answered well through clients of this process, as `ec2:DescribeVpcs`. */
export const answeredOperations = new Set<string>();

interface Recordable {
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

const record = (scope: string, client: Recordable): void => {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      answeredOperations.add(`${scope}:${operation}`);
      return answer;
    },
    { step: 'initialize', name: 'answeredOperations' },
  );
};

/** Unmodified clients of the AWS SDK for JavaScript against an endpoint. They do not retry: a test sees each answer. */
export const awsClients = (endpoint: string, caller: Caller = {}): AwsClients => {
  const configuration = {
    endpoint,
    region: caller.region ?? 'us-east-1',
    credentials: { accessKeyId: caller.accessKeyId ?? 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    ...(caller.timeoutMs === undefined
      ? {}
      : { requestHandler: { requestTimeout: caller.timeoutMs, throwOnRequestTimeout: true } }),
  };
  const clients = {
    account: new Account(configuration),
    autoscaling: new AutoScaling(configuration),
    cloudwatch: new CloudWatch(configuration),
    ebs: new EBS(configuration),
    ec2: new EC2(configuration),
    elbv2: new ElasticLoadBalancingV2(configuration),
    iam: new IAM(configuration),
    lightsail: new Lightsail(configuration),
    pricing: new Pricing(configuration),
    route53: new Route53(configuration),
    ssm: new SSM(configuration),
    sts: new STS(configuration),
  };
  for (const [name, client] of Object.entries(clients)) {
    // Each client's middleware differs in its types of input and output, which the recorder does not look at.
    record(scopes[name as keyof AwsClients], client as unknown as Recordable);
  }
  return clients;
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
