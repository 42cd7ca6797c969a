import { afterEach, beforeEach, expect, it } from 'vitest';
import { Subnets } from '../../src/aws/ec2/entities.ts';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import {
  Instances,
  NetworkInterfaces,
  type Instance,
} from '../../src/aws/ec2/instances/instance-entities.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { LoadBalancers, TargetGroups, Targets } from '../../src/aws/elbv2/entities.ts';
import { reportedHealth } from '../../src/aws/elbv2/reported-health.ts';
import { elbv2 } from '../../src/aws/elbv2/service.ts';
import { execute } from '../../src/aws/execute.ts';
import type { Service } from '../../src/aws/operation.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import type { Entity, Table } from '../../src/world/entity.ts';

const home = { region: 'eu-west-1', account: '000000000000' } as const;

const intervalSeconds = 10;
const threshold = 5;

let simulated: SimulatedWorld;

beforeEach(async () => {
  simulated = await SimulatedWorld.open({ seed: 1 });
});
afterEach(() => simulated.close());

const call = (service: Service, operation: string, input: object): void => {
  const { output } = execute(simulated.world, {
    service,
    operation,
    input: { ...input },
    ...home,
  });
  if (isDomainError(output)) throw new Error(output.message);
};

const only = <T extends Entity>(table: Table<T>): T => {
  const [found] = simulated.world.view(home.region, home.account).list(table);
  if (found === undefined) throw new Error(`There is nothing in ${table.name}.`);
  return found;
};

/** A server behind a load balancer that knows it by its address alone. */
const build = (): Instance => {
  const image = baseImagesOf(home.region).find((one) => one.architecture === 'x86_64');
  call(ec2, 'RunInstances', {
    ImageId: image?.imageId,
    InstanceType: 't3.micro',
    UserData: Buffer.from('#faultline-mock\n{"bootSeconds": 1, "stopSeconds": 1}').toString(
      'base64',
    ),
  });
  const subnets = simulated.world.view(home.region, home.account).list(Subnets);
  call(elbv2, 'CreateLoadBalancer', { Name: 'web', Subnets: subnets.map(({ id }) => id) });
  const instance = only(Instances);
  call(elbv2, 'CreateTargetGroup', {
    Name: 'web',
    Protocol: 'HTTP',
    Port: 8080,
    VpcId: instance.vpcId,
    TargetType: 'ip',
    HealthCheckIntervalSeconds: intervalSeconds,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: threshold,
    UnhealthyThresholdCount: 2,
  });
  const TargetGroupArn = only(TargetGroups).id;
  call(elbv2, 'RegisterTargets', {
    TargetGroupArn,
    Targets: [{ Id: only(NetworkInterfaces).privateIpAddress }],
  });
  call(elbv2, 'CreateListener', {
    LoadBalancerArn: only(LoadBalancers).id,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  return instance;
};

const health = (): string => {
  const view = simulated.world.view(home.region, home.account);
  return reportedHealth(view, only(Targets)).state;
};

const secondsUntil = (state: string): number => {
  for (let seconds = 0; seconds < 600; seconds += 1) {
    if (health() === state) return seconds;
    simulated.clock.advance(1_000);
  }
  throw new Error(`The target is ${health()} instead of ${state}.`);
};

it('holds an address whose server was stopped and started for unhealthy until it has passed its checks', () => {
  const { id } = build();
  secondsUntil('healthy');
  call(ec2, 'StopInstances', { InstanceIds: [id] });
  secondsUntil('unhealthy');
  simulated.clock.advance(60_000);
  call(ec2, 'StartInstances', { InstanceIds: [id] });
  // A load balancer knows nothing of what stands behind an address: nothing begins anew for it.
  expect(secondsUntil('healthy')).toBeGreaterThan((threshold - 1) * intervalSeconds - 1);
});
