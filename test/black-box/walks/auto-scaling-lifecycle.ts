import type { AutoScaling, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'ca-central-1';
const AutoScalingGroupName = 'held';
const named = { AutoScalingGroupName };

/** What holds and changes the instances of a group: lifecycle hooks, instance refreshes, warm pools. */
export const walkAutoScalingLifecycle = (world: () => Running): void => {
  const clients = () => awsClients(world().endpoint, { region });
  const scaling = (): AutoScaling => clients().autoscaling;

  const group = async (): Promise<AutoScalingGroup> =>
    given(
      (await scaling().describeAutoScalingGroups({ AutoScalingGroupNames: [AutoScalingGroupName] }))
        .AutoScalingGroups?.[0],
    );

  const idsIn = async (state: string): Promise<readonly string[]> =>
    ((await group()).Instances ?? [])
      .filter((one) => one.LifecycleState === state)
      .map((one) => given(one.InstanceId));

  /** The ids of the instances in a state, once there are so many. */
  const until = async (state: string, count: number): Promise<readonly string[]> =>
    await eventually(async () => {
      const ids = await idsIn(state);
      return ids.length === count && ids;
    });

  describe('the instances of a group', () => {
    beforeAll(async () => {
      const { Images = [] } = await clients().ec2.describeImages({
        Owners: ['amazon'],
        Filters: [{ Name: 'name', Values: ['al2023-ami-2023*x86_64'] }],
      });
      const LaunchTemplateName = 'held';
      await clients().ec2.createLaunchTemplate({
        LaunchTemplateName,
        LaunchTemplateData: { ImageId: given(Images[0]?.ImageId), InstanceType: 't3.micro' },
      });
      await scaling().createAutoScalingGroup({
        ...named,
        LaunchTemplate: { LaunchTemplateName, Version: '1' },
        MinSize: 0,
        MaxSize: 4,
        AvailabilityZones: [`${region}a`, `${region}b`],
      });
    });

    it('wait for lifecycle actions', async () => {
      const hook = { ...named, LifecycleHookName: 'prepare' };
      await scaling().putLifecycleHook({
        ...hook,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 7200,
      });
      const { LifecycleHooks } = await scaling().describeLifecycleHooks(named);
      expect(LifecycleHooks).toMatchObject([{ GlobalTimeout: 172_800, DefaultResult: 'ABANDON' }]);
      await scaling().setDesiredCapacity({ ...named, DesiredCapacity: 1 });
      const [InstanceId = ''] = await until('Pending:Wait', 1);
      await scaling().recordLifecycleActionHeartbeat({ ...hook, InstanceId });
      const result = { ...hook, InstanceId, LifecycleActionResult: 'CONTINUE' };
      await scaling().completeLifecycleAction(result);
      expect(await until('InService', 1)).toEqual([InstanceId]);
      expect(await refusalOf(scaling().completeLifecycleAction(result))).toMatchObject({
        code: 'ValidationError',
        message: `No active Lifecycle Action found with instance ID ${InstanceId}`,
      });
      await scaling().deleteLifecycleHook(hook);
    });

    it('are refreshed, and the refresh is taken back or cancelled', async () => {
      const { ec2 } = clients();
      await ec2.createLaunchTemplateVersion({
        LaunchTemplateName: 'held',
        SourceVersion: '1',
        LaunchTemplateData: { InstanceType: 't3.small' },
      });
      const [before] = await until('InService', 1);
      const newest = async () =>
        given((await scaling().describeInstanceRefreshes(named)).InstanceRefreshes?.[0]);
      const start = async () =>
        await scaling().startInstanceRefresh({
          ...named,
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'held', Version: '2' } },
          Preferences: { MinHealthyPercentage: 100, InstanceWarmup: 7200 },
        });
      expect(await refusalOf(scaling().cancelInstanceRefresh(named))).toMatchObject({
        code: 'ActiveInstanceRefreshNotFoundFault',
      });
      const { InstanceRefreshId } = await start();
      expect(await refusalOf(start())).toMatchObject({ code: 'InstanceRefreshInProgressFault' });
      await eventually(async () => (await idsIn('InService')).some((id) => id !== before));
      expect(await newest()).toMatchObject({ InstanceRefreshId, Status: 'InProgress' });
      await scaling().rollbackInstanceRefresh(named);
      await eventually(async () => (await newest()).RollbackDetails !== undefined);
      await scaling().cancelInstanceRefresh({ ...named, WaitForTransitioningInstances: false });
      expect((await newest()).Status).toBe('Cancelled');
    });

    it('wait in a warm pool', async () => {
      await scaling().putWarmPool({ ...named, MaxGroupPreparedCapacity: 3, MinSize: 1 });
      const pool = async () => await scaling().describeWarmPool(named);
      await eventually(async () =>
        (await pool()).Instances?.some((one) => one.LifecycleState === 'Warmed:Stopped'),
      );
      expect((await pool()).WarmPoolConfiguration).toMatchObject({ MinSize: 1 });
      expect((await group()).WarmPoolSize).toBeGreaterThan(0);
      await scaling().deleteWarmPool(named);
      await eventually(async () => (await pool()).WarmPoolConfiguration === undefined);
    });

    afterAll(async () => {
      await scaling().deleteAutoScalingGroup({ ...named, ForceDelete: true });
    });
  });
};
