import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import { SecurityGroupRules, SecurityGroups, Subnets, Vpcs } from '../../src/aws/ec2/entities.ts';
import { Instances } from '../../src/aws/ec2/instances/instance-entities.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { call, listOf, newName, once, oneOf, some, type Home, type Run } from './run.ts';

/** Servers that behave; a target on one of them is healthy when nothing is broken. */
export const goodScripts: Readonly<Record<string, string | undefined>> = {
  plain: undefined,
  booting: '#faultline-mock\n{"bootSeconds":20}',
  leisurely: '#faultline-mock\n{"bootSeconds":45,"stopSeconds":8,"latencyMs":50}',
};

const badScripts: Readonly<Record<string, string>> = {
  exiting: '#faultline-mock\n{"exit":{"afterSeconds":300,"code":1}}',
  flapping:
    '#faultline-mock\n{"answers":[{"atSeconds":60,"answers":503},{"atSeconds":240,"answers":200},{"atSeconds":900,"answers":"refused"}]}',
  silent: '#faultline-mock\n{"bootSeconds":5,"answers":[{"atSeconds":120,"answers":"silent"}]}',
  slow: '#faultline-mock\n{"latencyMs":7000}',
  malformed: '#faultline-mock\n{"boots":1}',
};

const idsOf = (answer: unknown): readonly string[] => {
  if (typeof answer !== 'object' || answer === null || !('Instances' in answer)) return [];
  const { Instances: launched } = answer;
  if (!Array.isArray(launched)) return [];
  // RunInstances answers instances, each with its id.
  return (launched as readonly { readonly InstanceId: string }[]).map((one) => one.InstanceId);
};

/** Lets everyone into the default security groups of an account's VPCs: who may connect is not what these runs vary. */
const letEveryoneIn = (run: Run, home: Home): void => {
  const view = run.simulated.world.view(home.region, home.account);
  for (const { id } of listOf(run, home, SecurityGroups)) {
    const isOpen = view
      .find(SecurityGroupRules, 'group', id)
      .some(({ peer, isEgress }) => !isEgress && peer.kind === 'ipv4');
    if (isOpen) continue;
    call(run, home, ec2, 'AuthorizeSecurityGroupIngress', {
      GroupId: id,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
  }
};

/** Launches some instances in a subnet. */
export const launch = (run: Run, home: Home): void => {
  const subnets = listOf(run, home, Subnets);
  // Mostly in the newest network: that is where the newest balancer stands.
  const subnet = run.random.pick(once(run, 3) ? subnets : subnets.slice(-3));
  const scripts = once(run, 3) ? badScripts : goodScripts;
  const script = run.random.pick(Object.keys(scripts)) ?? 'plain';
  const text = scripts[script];
  const image = run.random.pick(
    baseImagesOf(home.region).filter(({ architecture }) => architecture === 'x86_64'),
  );
  const answer = call(run, home, ec2, 'RunInstances', {
    ImageId: image?.imageId,
    InstanceType: oneOf(run, ['t3.micro', 't3.micro', 't3.small', 'm5.large', 'a1.metal']),
    MinCount: 1,
    MaxCount: 1 + run.random.below(3),
    ...(subnet === undefined || once(run, 6) ? {} : { SubnetId: subnet.id }),
    ...(text === undefined ? {} : { UserData: Buffer.from(text).toString('base64') }),
    ...(once(run, 5) ? { ClientToken: newName(run, 'token') } : {}),
    ...(once(run, 5) ? { InstanceInitiatedShutdownBehavior: 'terminate' } : {}),
    ...(once(run, 10) ? { DryRun: true } : {}),
  });
  for (const id of idsOf(answer)) run.scripts.set(id, script);
  letEveryoneIn(run, home);
};

const changes = ['StopInstances', 'StartInstances', 'StartInstances', 'RebootInstances'] as const;

/** Stops, starts, reboots or terminates some instances. */
export const changeServers = (run: Run, home: Home): void => {
  const InstanceIds = some(run, listOf(run, home, Instances)).map(({ id }) => id);
  if (InstanceIds.length === 0) return;
  const operation = once(run, 6) ? 'TerminateInstances' : (run.random.pick(changes) ?? changes[0]);
  call(run, home, ec2, operation, {
    InstanceIds,
    ...(operation === 'StopInstances' && once(run, 3) ? { Force: true } : {}),
  });
};

/** A VPC with a way to the Internet and a subnet in each of two to four zones. */
export const buildNetwork = (run: Run, home: Home): void => {
  const octet = run.random.below(200);
  call(run, home, ec2, 'CreateVpc', { CidrBlock: `10.${octet}.0.0/16` });
  const vpc = listOf(run, home, Vpcs).at(-1);
  if (vpc === undefined) return;
  const gateway = call(run, home, ec2, 'CreateInternetGateway', {});
  const made = typeof gateway === 'object' ? gateway['InternetGateway'] : undefined;
  if (typeof made === 'object' && made !== null && 'InternetGatewayId' in made) {
    call(run, home, ec2, 'AttachInternetGateway', {
      VpcId: vpc.id,
      InternetGatewayId: made.InternetGatewayId,
    });
  }
  const zones = run.simulated.world.geography.region(home.region)?.zoneIds ?? [];
  const size = oneOf(run, [24, 24, 28, 20]);
  for (const [index, zoneId] of zones.slice(0, 2 + run.random.below(3)).entries()) {
    call(run, home, ec2, 'CreateSubnet', {
      VpcId: vpc.id,
      AvailabilityZoneId: zoneId,
      CidrBlock: `10.${octet}.${index * 16}.0/${size}`,
    });
  }
};

/** Takes something of the network away; mostly something else depends on it. */
export const removeNetwork = (run: Run, home: Home): void => {
  const subnet = run.random.pick(listOf(run, home, Subnets));
  const vpc = run.random.pick(listOf(run, home, Vpcs));
  if (once(run, 2)) call(run, home, ec2, 'DeleteSubnet', { SubnetId: subnet?.id });
  else call(run, home, ec2, 'DeleteVpc', { VpcId: vpc?.id });
};
