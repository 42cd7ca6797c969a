import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';

/** Why the walk cannot be taken on this machine; undefined when it can. */
const lacking = (): string | undefined => {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `the AWS CLI is not on this machine: ${String(error)}`;
  }
};

const reason = lacking();

/** Each command is a Python program that reads large models before it does anything. */
const timeout = 60_000;

describe.skipIf(reason !== undefined)(
  `AWS CLI${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let world: Running;
    beforeAll(async () => {
      world = await startReady({ speed: 600 });
    });
    afterAll(async () => {
      await stop(world);
    });

    /** Runs a command as it would be typed; what it prints, without the last line's end. */
    const aws = async (command: string): Promise<string> => {
      const { stdout } = await promisify(execFile)('aws', command.split(' '), {
        env: {
          ...process.env,
          AWS_ENDPOINT_URL: world.endpoint,
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_PAGER: '',
          AWS_DEFAULT_OUTPUT: 'text',
        },
      });
      return stdout.trimEnd();
    };

    const refused = async (command: string): Promise<string> => {
      try {
        await aws(command);
      } catch (error) {
        return (error as { readonly stderr: string }).stderr;
      }
      throw new Error(`aws ${command} was not refused`);
    };

    it('builds a network, launches a server and waits for it', async () => {
      expect(await aws('sts get-caller-identity --query Account')).toBe('000000000000');
      const vpcId = await aws('ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId');
      const subnetId = await aws(
        `ec2 create-subnet --vpc-id ${vpcId} --cidr-block 10.0.1.0/24 --query Subnet.SubnetId`,
      );
      const image =
        'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
      const instanceId = await aws(
        `ec2 run-instances --image-id ${image} --instance-type t3.micro --subnet-id ${subnetId} --tag-specifications ResourceType=instance,Tags=[{Key=Name,Value=web}] --query Instances[0].InstanceId`,
      );
      await aws(`ec2 wait instance-running --instance-ids ${instanceId}`);
      expect(
        await aws(
          'ec2 describe-instances --filters Name=tag:Name,Values=web --query Reservations[].Instances[].State.Name',
        ),
      ).toBe('running');
    });

    it('makes a hosted zone, and a load balancer in two zones', async () => {
      expect(
        await aws(
          'route53 create-hosted-zone --name cli.test --caller-reference 1 --query HostedZone.Name',
        ),
      ).toBe('cli.test.');
      const subnets = await aws(
        'ec2 describe-subnets --filters Name=default-for-az,Values=true --query Subnets[0:2].SubnetId',
      );
      const arn = await aws(
        `elbv2 create-load-balancer --name cli --subnets ${subnets.replaceAll('\t', ' ')} --query LoadBalancers[0].LoadBalancerArn`,
      );
      await aws(`elbv2 wait load-balancer-available --load-balancer-arns ${arn}`);
    });

    it('shows what went wrong', { timeout }, async () => {
      expect(await refused('ec2 describe-vpcs --vpc-ids vpc-0123456789abcdef0')).toContain(
        'An error occurred (InvalidVpcID.NotFound) when calling the DescribeVpcs operation',
      );
      expect(
        await refused('ec2 create-nat-gateway --subnet-id subnet-0123456789abcdef0'),
      ).toContain('CreateNatGateway');
      expect(await refused('s3 ls')).toContain('s3');
    });
  },
);
