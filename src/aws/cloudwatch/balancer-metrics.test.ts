import { expect, test } from 'vitest';
import { describeSubnets } from '../ec2/network/subnets.ts';
import { createInstanceWorld } from '../ec2/instances/test-instances.ts';
import { present } from '../ec2/test-region.ts';
import { createListener } from '../elbv2/listeners.ts';
import { createLoadBalancer } from '../elbv2/load-balancers.ts';
import { elbv2 } from '../elbv2/service.ts';
import { createTargetGroup } from '../elbv2/target-groups.ts';
import { registerTargets } from '../elbv2/targets.ts';
import type { Dimension } from './entities.ts';
import { observeTraffic } from './balancer-metrics.ts';
import { getMetricStatistics } from './metric-statistics.ts';

test('what nodes pass on becomes metrics of the balancer, its group and each target', async () => {
  const it = await createInstanceWorld({ timers: elbv2.timers });
  const subnets = present(it.call(describeSubnets, {}).Subnets).slice(0, 2);
  const LoadBalancerArn = present(
    it.call(createLoadBalancer, {
      Name: 'web',
      Subnets: subnets.map(({ SubnetId }) => present(SubnetId)),
    }).LoadBalancers?.[0]?.LoadBalancerArn,
  );
  const TargetGroupArn = present(
    it.call(createTargetGroup, {
      Name: 'web',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: present(subnets[0]?.VpcId),
    }).TargetGroups?.[0]?.TargetGroupArn,
  );
  it.call(createListener, {
    LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  const Targets = it.launch({ MinCount: 2, MaxCount: 2 }).map((Id) => ({ Id }));
  it.clock.advance(60_000);
  it.call(registerTargets, { TargetGroupArn, Targets });
  const minuteAt = it.clock.now();
  const group = {
    targetGroupArn: TargetGroupArn,
    requests: 100,
    answers: { '2XX': 90, '3XX': 0, '4XX': 0, '5XX': 8 },
    ownServerErrors: 2,
    responseSeconds: [
      [0.1, 90],
      [2, 8],
    ] as const,
  };
  for (const { AvailabilityZoneId } of subnets) {
    it.transact((tx) =>
      observeTraffic(tx, { zoneId: present(AvailabilityZoneId), minuteAt, groups: [group] }),
    );
  }
  const balancer = {
    Name: 'LoadBalancer',
    Value: present(LoadBalancerArn.split('loadbalancer/')[1]),
  };
  const targets = { Name: 'TargetGroup', Value: present(TargetGroupArn.split(':').at(-1)) };
  const statistics = (MetricName: string, Dimensions: readonly Dimension[]) =>
    it.call(getMetricStatistics, {
      Namespace: 'AWS/ApplicationELB',
      MetricName,
      Dimensions,
      StartTime: minuteAt,
      EndTime: minuteAt + 60_000,
      Period: 60,
      Statistics: ['Sum', 'Maximum'],
    }).Datapoints?.[0];
  expect(statistics('RequestCount', [balancer])?.Sum).toBe(200);
  expect(
    statistics('RequestCount', [
      balancer,
      { Name: 'AvailabilityZone', Value: present(subnets[0]?.AvailabilityZone) },
    ])?.Sum,
  ).toBe(100);
  expect(statistics('RequestCountPerTarget', [targets, balancer])?.Sum).toBe(100);
  expect(statistics('HTTPCode_Target_5XX_Count', [targets, balancer])?.Sum).toBe(16);
  expect(statistics('HTTPCode_Target_3XX_Count', [balancer])).toBeUndefined();
  expect(statistics('HTTPCode_ELB_5XX_Count', [balancer])?.Sum).toBe(4);
  expect(statistics('TargetResponseTime', [balancer])?.Maximum).toBe(2);
});
