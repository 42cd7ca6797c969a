import { afterEach, beforeEach, expect, it } from 'vitest';
import { Subnets } from '../../src/aws/ec2/entities.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { LoadBalancers, type LoadBalancer } from '../../src/aws/elbv2/entities.ts';
import type { NodeConfiguration } from '../../src/plane/balancer/messages.ts';
import { elbv2 } from '../../src/aws/elbv2/service.ts';
import { execute } from '../../src/aws/execute.ts';
import type { Service } from '../../src/aws/operation.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { BalancerRunner } from '../../src/serving/runners/balancer-runner.ts';
import { mendFault, openFault } from '../../src/world/fault-book.ts';

const home = { region: 'eu-west-1', account: '000000000000' } as const;

let simulated: SimulatedWorld;

beforeEach(async () => {
  simulated = await SimulatedWorld.open({ seed: 1 });
});
afterEach(() => simulated.close());

const call = (
  service: Service,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): void => {
  const { output } = execute(simulated.world, { service, operation, input, ...home });
  if (isDomainError(output)) throw new Error(output.message);
};

const loadBalancer = (): LoadBalancer => {
  const [found] = simulated.world.view(home.region, home.account).list(LoadBalancers);
  if (found === undefined) throw new Error('There is no load balancer.');
  return found;
};

const addresses = (): number =>
  simulated.answers.answer({ name: `${loadBalancer().dnsName}.`, type: 'A' }).answers.length;

/** A load balancer in every zone that answers by itself, a minute after it was asked for. */
const buildBalancer = (name: string): void => {
  call(ec2, 'DescribeSubnets', {});
  const subnets = simulated.world.view(home.region, home.account).list(Subnets);
  call(elbv2, 'CreateLoadBalancer', { Name: name, Subnets: subnets.map(({ id }) => id) });
  call(elbv2, 'CreateListener', {
    LoadBalancerArn: loadBalancer().id,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }],
  });
  simulated.clock.advance(60_000);
};

const anyImage = (): { readonly ImageId: string } => {
  const { output } = execute(simulated.world, {
    service: ec2,
    operation: 'DescribeImages',
    input: { Owners: ['amazon'] },
    ...home,
  });
  // The operation's own answer: the wire's model says that it has these members.
  const { Images } = output as {
    readonly Images: readonly { readonly ImageId: string; readonly Architecture: string }[];
  };
  const image = Images.find(({ Architecture }) => Architecture === 'x86_64');
  if (image === undefined) throw new Error('Amazon has no image.');
  return image;
};

it('gives the node of a zone again once the zone is well, also of a balancer without targets', () => {
  buildBalancer('web');
  const all = addresses();
  expect(all).toBe(loadBalancer().zones.length);
  openFault(simulated.world, {
    target: `zone/${loadBalancer().zones[0]?.zoneId}`,
    effect: 'power',
    durationMs: 300_000,
  });
  simulated.clock.advance(120_000);
  expect(addresses()).toBe(all - 1);
  simulated.clock.advance(300_000);
  expect(addresses()).toBe(all);
});

it('silences a node whose host is struck, and takes it out of DNS, while its zone goes on', () => {
  buildBalancer('web');
  call(ec2, 'AuthorizeSecurityGroupIngress', {
    GroupName: 'default',
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ],
  });
  const all = addresses();
  const { id: loadBalancerArn, zones } = loadBalancer();
  const zoneId = zones[0]?.zoneId ?? '';
  // The seeds by which half of the hosts are drawn: some strike the node's and some do not.
  const outcomes = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const opened = openFault(simulated.world, {
      target: `zone/${zoneId}`,
      effect: 'power',
      severity: 0.5,
      seed,
    }).output;
    if (isDomainError(opened)) throw new Error(opened.message);
    simulated.clock.advance(120_000);
    const user = { kind: 'vantage', roundTripMs: () => 10 } as const;
    const address = simulated.nodeAddress(loadBalancerArn, zoneId);
    const asked = { expects: (status: number) => status === 200, timeoutMs: 5_000 };
    const { failingShare } = simulated.fate(user, address, 80, asked);
    const outcome = `${failingShare} failing, ${all - addresses()} missing`;
    mendFault(simulated.world, opened.id);
    simulated.clock.advance(120_000);
    expect(addresses()).toBe(all);
    return outcome;
  });
  expect(new Set(outcomes)).toEqual(new Set(['0 failing, 0 missing', '1 failing, 1 missing']));
});

it('silences the node of another balancer that comes to a zone without power', () => {
  const silent = new Set<string>();
  let zones = new Set<string>();
  const runner = new BalancerRunner({
    world: simulated.world,
    sockets: {
      nodeAddress: () => '127.0.0.2',
      instanceAddress: () => '127.0.0.3',
      carrierAddress: '127.16.0.0',
      realPort: (port) => port,
    },
    plane: {
      converge: (desired) => {
        zones = new Set(desired.map(({ zoneId }) => zoneId));
        for (const zoneId of silent) if (!zones.has(zoneId)) silent.delete(zoneId);
      },
      freeze: (zoneId) => silent.add(zoneId),
      restart: (zoneId) => silent.delete(zoneId),
    },
    soon: (work) => work(),
  });
  buildBalancer('first');
  const dark = loadBalancer().zones[0]?.zoneId;
  openFault(simulated.world, { target: `zone/${dark}`, effect: 'power' });
  expect([...silent]).toEqual([dark]);
  call(elbv2, 'DeleteLoadBalancer', { LoadBalancerArn: loadBalancer().id });
  expect([...zones]).toEqual([]);
  buildBalancer('second');
  expect(zones).toContain(dark);
  expect([...silent]).toEqual([dark]);
  runner.stop();
});

it('tells nodes nothing when instances come that are none of their targets, and only those whose balancer has changed', () => {
  buildBalancer('web');
  const told: (readonly NodeConfiguration[])[] = [];
  const runner = new BalancerRunner({
    world: simulated.world,
    sockets: {
      nodeAddress: () => '127.0.0.2',
      instanceAddress: () => '127.0.0.3',
      carrierAddress: '127.16.0.0',
      realPort: (port) => port,
    },
    plane: {
      converge: (desired) => void told.push(desired),
      freeze: () => undefined,
      restart: () => undefined,
    },
    soon: (work) => simulated.clock.at(simulated.clock.now(), work),
  });
  const { ImageId } = anyImage();
  call(ec2, 'RunInstances', { ImageId, InstanceType: 't3.micro', MinCount: 20, MaxCount: 20 });
  simulated.clock.advance(600_000);
  expect(told).toHaveLength(1);

  const [elsewhere] = loadBalancer().zones;
  const subnets = simulated.world.view(home.region, home.account).list(Subnets);
  const others = subnets.filter(({ id }) => id !== elsewhere?.subnetId).map(({ id }) => id);
  call(elbv2, 'CreateLoadBalancer', { Name: 'other', Subnets: others });
  simulated.clock.advance(60_000);
  const [first, last] = [told[0], told.at(-1)];
  const zoneOf = (all: typeof first) => all?.find(({ zoneId }) => zoneId === elsewhere?.zoneId);
  expect(last?.flatMap((zone) => zone.loadBalancers)).toHaveLength(3 + others.length);
  expect(zoneOf(last)).toBe(zoneOf(first));
  runner.stop();
});
