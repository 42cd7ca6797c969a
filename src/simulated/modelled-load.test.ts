import { afterEach, expect, test } from 'vitest';
import { alarmTimers } from '../aws/cloudwatch/alarm-evaluation.ts';
import { describeAlarms, putMetricAlarm } from '../aws/cloudwatch/alarms.ts';
import { getMetricStatistics } from '../aws/cloudwatch/metric-statistics.ts';
import { describeSubnets } from '../aws/ec2/network/subnets.ts';
import { createInstanceWorld } from '../aws/ec2/instances/test-instances.ts';
import { present } from '../aws/ec2/test-region.ts';
import { createListener } from '../aws/elbv2/listeners.ts';
import { createLoadBalancer } from '../aws/elbv2/load-balancers.ts';
import { elbv2 } from '../aws/elbv2/service.ts';
import { createTargetGroup } from '../aws/elbv2/target-groups.ts';
import { registerTargets } from '../aws/elbv2/targets.ts';
import type { NodeTarget } from '../plane/balancer/messages.ts';
import { ModelledLoad } from './modelled-load.ts';
import { openWay } from '../world/way.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

test('the rate of a traffic becomes requests of a balancer while an alarm watches them', async () => {
  const it = await createInstanceWorld({ timers: { ...elbv2.timers, ...alarmTimers } });
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
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }];
  it.call(createListener, { LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions });
  const Targets = it.launch({ MinCount: 2, MaxCount: 2 }).map((Id) => ({ Id }));
  it.clock.advance(60_000);
  it.call(registerTargets, { TargetGroupArn, Targets });
  const target: NodeTarget = {
    id: present(Targets[0]?.Id),
    port: 80,
    zoneId: present(subnets[0]?.AvailabilityZoneId),
    socket: undefined,
    draining: false,
    unused: false,
    since: 0,
    way: openWay(0),
  };
  const load = new ModelledLoad({
    world: it.world,
    clock: it.clock,
    route: (address) => ({
      zoneId: present(subnets[address === 'first' ? 0 : 1]?.AvailabilityZoneId),
      route: {
        kind: 'targets',
        shares: [{ targetGroupArn: TargetGroupArn, target, share: 1 }],
        idleTimeoutMs: 60_000,
      },
    }),
    exchanges: () => [{ share: 1, statusCode: 200, afterMs: 20, by: 'target' }],
  });
  cleanUps.push(() => load.stop());
  const Dimensions = [
    { Name: 'LoadBalancer', Value: present(LoadBalancerArn.split('loadbalancer/')[1]) },
    { Name: 'TargetGroup', Value: present(TargetGroupArn.split(':').at(-1)) },
  ];
  const metric = {
    Namespace: 'AWS/ApplicationELB',
    MetricName: 'RequestCountPerTarget',
    Dimensions,
  };
  const sums = () =>
    it
      .call(getMetricStatistics, {
        ...metric,
        StartTime: it.clock.now() - 600_000,
        EndTime: it.clock.now(),
        Period: 60,
        Statistics: ['Sum'],
      })
      .Datapoints?.map(({ Sum }) => Sum);
  const sending = { traffic: 'users', addresses: ['first', 'second'], port: 80 };
  load.sends({ ...sending, ratePerSecond: 10 });
  it.clock.advance(5 * 60_000);
  expect(sums()).toEqual([]);
  it.call(putMetricAlarm, {
    ...metric,
    AlarmName: 'busy',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 2,
    Threshold: 1_000,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  it.clock.advance(3 * 60_000);
  // Ten requests a second over two targets.
  expect(sums()).toEqual([300, 300, 300]);
  it.clock.advance(30_000);
  load.sends({ ...sending, ratePerSecond: 50 });
  it.clock.advance(30_000 + 3 * 60_000);
  expect(sums()).toEqual([300, 300, 300, 900, 1_500, 1_500, 1_500]);
  expect(it.call(describeAlarms, {}).MetricAlarms?.[0]?.StateValue).toBe('ALARM');
  load.sends({ ...sending, ratePerSecond: 0 });
  it.clock.advance(60_000);
  // Nothing more has come.
  expect(sums()?.length).toBe(7);
});
