import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '../support/aws-clients.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { plannedChanges, terraformIsLacking, workspaceOf } from './terraform.ts';
import type { Workspace } from './terraform.ts';

const reason = terraformIsLacking('stack');

/** Most of it is the provider's fixed pauses between two looks. */
const timeout = 240_000;

const changed = [
  '-var=web_ports=[80,443]',
  '-var=data_gib=20',
  '-var=server_type=t3.medium',
  '-var=group_type=t3.small',
];
const replaced = [...changed, '-var=key_name=second'];

/** What is taken out of the state and found again by its id. */
const imported = [
  'aws_vpc.main',
  'aws_instance.server',
  'aws_ebs_volume.data',
  'aws_nat_gateway.main',
  'aws_network_acl.private',
  'aws_iam_role.server',
  'aws_lb_target_group.app',
  'aws_cloudwatch_metric_alarm.busy',
];

describe.skipIf(reason !== undefined)(
  `a stack of Terraform${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let world: Running;
    let stack: Workspace;
    beforeAll(async () => {
      world = await startReady({ speed: 20 });
      stack = await workspaceOf('stack', world.endpoint);
    }, timeout);
    afterAll(async () => {
      stack.remove();
      await stop(world);
    });

    it(
      'comes up and is read back as it was written',
      async () => {
        await stack.succeed('apply', '-auto-approve');
        expect(await plannedChanges(stack)).toBe('');
      },
      timeout,
    );

    it(
      'changes in place',
      async () => {
        const output = await stack.succeed('apply', '-auto-approve', ...changed);
        expect(output).toContain('0 added, 5 changed, 0 destroyed');
        expect(await plannedChanges(stack, ...changed)).toBe('');
      },
      timeout,
    );

    it(
      'replaces what cannot be changed',
      async () => {
        const output = await stack.succeed('apply', '-auto-approve', ...replaced);
        expect(output).toContain('6 added, 0 changed, 6 destroyed');
        expect(await plannedChanges(stack, ...replaced)).toBe('');
      },
      timeout,
    );

    it(
      'is imported by its ids',
      async () => {
        for (const address of imported) {
          const shown = await stack.succeed('state', 'show', address);
          const [, id] = /^ {4}id +=\s+"(.+)"$/m.exec(shown) ?? [];
          await stack.succeed('state', 'rm', address);
          await stack.succeed('import', ...replaced, address, id ?? 'none');
        }
        expect(await plannedChanges(stack, ...replaced)).toBe('');
      },
      timeout,
    );

    it(
      'goes away and leaves nothing',
      async () => {
        await stack.succeed('destroy', '-auto-approve', ...replaced);
        const aws = awsClients(world.endpoint);
        const { Vpcs = [] } = await aws.ec2.describeVpcs({});
        expect(Vpcs.map(({ IsDefault }) => IsDefault)).toEqual([true]);
        const { Volumes } = await aws.ec2.describeVolumes({});
        expect(Volumes).toEqual([]);
        const { Addresses } = await aws.ec2.describeAddresses({});
        expect(Addresses).toEqual([]);
        const { AutoScalingGroups } = await aws.autoscaling.describeAutoScalingGroups({});
        expect(AutoScalingGroups).toEqual([]);
      },
      timeout,
    );
  },
);
