import { afterEach, expect, it } from 'vitest';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { intervalSeconds, OneTarget } from './one-target.ts';

const threshold = 5;

let one: OneTarget;

afterEach(() => one.close());

it('holds an address whose server was stopped and started for unhealthy until it has passed its checks', async () => {
  one = await OneTarget.open({
    targetType: 'ip',
    script: { bootSeconds: 1, stopSeconds: 1 },
    healthyThreshold: threshold,
  });
  one.secondsUntil('healthy');
  const { id } = one.instance;
  one.call(ec2, 'StopInstances', { InstanceIds: [id] });
  one.secondsUntil('unhealthy');
  one.advance(60);
  one.call(ec2, 'StartInstances', { InstanceIds: [id] });
  // A load balancer knows nothing of what stands behind an address: nothing begins anew for it.
  expect(one.secondsUntil('healthy')).toBeGreaterThan((threshold - 1) * intervalSeconds - 1);
});
