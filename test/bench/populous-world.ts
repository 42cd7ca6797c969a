import { setTimeout as pause } from 'node:timers/promises';
import type { Running } from '../support/faultline-process.ts';
import { elementOf, formCall } from './ec2-request.ts';

/** What a full world holds. */
export const instancesPresent = 10_000;
export const balancersPresent = 50;

const targetsOfEach = 10;

const ec2 = (running: Running, action: string): Promise<string> =>
  formCall(running.endpoint, `Action=${action}&Version=2016-11-15`);

const elb = (running: Running, action: string): Promise<string> =>
  formCall(running.endpoint, `Action=${action}&Version=2015-12-01`, 'elasticloadbalancing');

const all = (answer: string, name: string): readonly string[] =>
  [...answer.matchAll(new RegExp(`<${name}>([^<]+)`, 'g'))].flatMap(([, text]) => text ?? []);

/** World seconds that pass in one real second. */
const setSpeed = async (running: Running, speed: number): Promise<void> => {
  const response = await fetch(`${running.endpoint}/_faultline/clock`, {
    method: 'PUT',
    body: JSON.stringify({ speed }),
  });
  if (!response.ok) throw new Error(await response.text());
};

const launchAll = async (running: Running, launch: string): Promise<readonly string[]> => {
  const each = 500;
  const ids: string[] = [];
  while (ids.length < instancesPresent) {
    const answer = await formCall(
      running.endpoint,
      launch.replace('MinCount=1&MaxCount=1', `MinCount=${each}&MaxCount=${each}`),
    );
    ids.push(...all(answer, 'instanceId'));
  }
  return ids;
};

const addBalancer = async (
  running: Running,
  number: number,
  vpcId: string,
  subnets: readonly string[],
  targets: readonly string[],
): Promise<void> => {
  const balancer = await elb(
    running,
    `CreateLoadBalancer&Name=bench-${number}&Subnets.member.1=${subnets[0]}&Subnets.member.2=${subnets[1]}`,
  );
  // Mock machines have no sockets: probes are to cost as little as they can.
  const group = await elb(
    running,
    `CreateTargetGroup&Name=bench-${number}&Protocol=HTTP&Port=80&VpcId=${vpcId}&HealthCheckIntervalSeconds=300`,
  );
  const groupArn = encodeURIComponent(elementOf(group, 'TargetGroupArn'));
  const balancerArn = encodeURIComponent(elementOf(balancer, 'LoadBalancerArn'));
  const members = targets.map((id, index) => `&Targets.member.${index + 1}.Id=${id}`).join('');
  await elb(running, `RegisterTargets&TargetGroupArn=${groupArn}${members}`);
  await elb(
    running,
    `CreateListener&LoadBalancerArn=${balancerArn}&Protocol=HTTP&Port=80` +
      `&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn=${groupArn}`,
  );
};

const running = (id: string): string =>
  `DescribeInstanceStatus&InstanceId.1=${id}&IncludeAllInstances=true`;

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await pause(200);
  }
};

/** Fills a world: all its instances run, its balancers serve some of them, and nothing is under way any more. */
export const fill = async (world: Running, launch: string): Promise<void> => {
  const ids = await launchAll(world, launch);
  await setSpeed(world, 100);
  // Instances of one launch come up in no order: all are waited for by what the world has to say of the last ones.
  for (const id of ids.slice(-50)) {
    await until(`${id} to run`, async () =>
      (await ec2(world, running(id))).includes('<name>running</name>'),
    );
  }
  const subnetAnswer = await ec2(world, 'DescribeSubnets');
  const subnets = all(subnetAnswer, 'subnetId');
  const vpcId = elementOf(subnetAnswer, 'vpcId');
  for (let number = 0; number < balancersPresent; number += 1) {
    const targets = ids.slice(number * targetsOfEach, (number + 1) * targetsOfEach);
    await addBalancer(world, number, vpcId, subnets, targets);
  }
  await until('the balancers', async () => {
    const answer = await elb(world, 'DescribeLoadBalancers');
    return all(answer, 'Code').filter((code) => code === 'active').length === balancersPresent;
  });
  await setSpeed(world, 1);
  // What was begun at that speed ends.
  await pause(3000);
};
