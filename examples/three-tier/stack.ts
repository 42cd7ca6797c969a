/**
 * Builds the three-tier stack of AWS's tutorials: a public balancer in front of a web tier in private subnets, and an
 * internal balancer in front of an application tier in others, all over three zones. Endpoint and keys come from the
 * environment.
 */
import { readFile } from 'node:fs/promises';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import {
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { given } from './answers.ts';
import { buildNetwork } from './network.ts';
import { buildTier } from './tier.ts';

const region = 'us-east-1';
const domain = 'shop.test';

/** What servers may do: be looked after by Systems Manager. */
const buildInstanceProfile = async (): Promise<string> => {
  const iam = new IAMClient({ region });
  const name = 'shop-server';
  await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'ec2.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    }),
  );
  await iam.send(
    new AttachRolePolicyCommand({
      RoleName: name,
      PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
    }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
  await iam.send(
    new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }),
  );
  return name;
};

const newestImage = async (): Promise<string> => {
  const { Parameter } = await new SSMClient({ region }).send(
    new GetParameterCommand({
      Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    }),
  );
  return given(Parameter?.Value, 'image');
};

const buildDns = async (loadBalancer: LoadBalancer): Promise<void> => {
  const route53 = new Route53Client({ region });
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: domain, CallerReference: 'three-tier' }),
  );
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: given(HostedZone?.Id, 'hosted zone'),
      ChangeBatch: {
        Changes: [
          {
            Action: 'CREATE',
            ResourceRecordSet: {
              Name: `www.${domain}`,
              Type: 'A',
              AliasTarget: {
                HostedZoneId: given(loadBalancer.CanonicalHostedZoneId, 'hosted zone of it'),
                DNSName: given(loadBalancer.DNSName, 'DNS name of it'),
                EvaluateTargetHealth: true,
              },
            },
          },
        ],
      },
    }),
  );
};

/** The program of a tier, as user data; `where` is what it asks behind it. */
const userDataOf = async (file: string, where: string): Promise<string> => {
  const program = await readFile(new URL(file, import.meta.url), 'utf8');
  return Buffer.from(program.replaceAll('@behind@', where)).toString('base64');
};

const clients = {
  ec2: new EC2Client({ region }),
  elb: new ElasticLoadBalancingV2Client({ region }),
  autoscaling: new AutoScalingClient({ region }),
};
const { vpcId, securityGroups, ...subnets } = await buildNetwork(clients.ec2);
const common = { imageId: await newestImage(), instanceProfile: await buildInstanceProfile() };
const app = await buildTier(clients, {
  name: 'app',
  vpcId,
  balancer: {
    scheme: 'internal',
    subnetIds: subnets.appSubnetIds,
    securityGroupId: securityGroups.internalBalancer,
  },
  servers: {
    ...common,
    subnetIds: subnets.appSubnetIds,
    securityGroupId: securityGroups.app,
    userData: await userDataOf('app.js', ''),
  },
});
const web = await buildTier(clients, {
  name: 'web',
  vpcId,
  balancer: {
    scheme: 'internet-facing',
    subnetIds: subnets.publicSubnetIds,
    securityGroupId: securityGroups.publicBalancer,
  },
  servers: {
    ...common,
    subnetIds: subnets.webSubnetIds,
    securityGroupId: securityGroups.web,
    userData: await userDataOf('web.js', given(app.DNSName, 'DNS name of the internal balancer')),
  },
});
await buildDns(web);
