import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  RunInstancesCommand,
  waitUntilInstanceRunning,
} from '@aws-sdk/client-ec2';
import type { Tag } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';

/** What a journal of a release holds, as the API tells it: what never changes by itself. */
export interface RecordedWorld {
  readonly vpcs: readonly Described[];
  readonly subnets: readonly Described[];
  readonly groups: readonly Described[];
  readonly mainRouteTables: readonly string[];
  readonly instances: readonly Described[];
  readonly loadBalancers: readonly Described[];
  readonly listeners: readonly string[];
  readonly targets: readonly string[];
  readonly records: readonly string[];
  readonly faults: readonly string[];
}

/** A resource: its id, its tags, and what else stays. */
interface Described {
  readonly id: string;
  readonly is: string;
  readonly tags: readonly string[];
}

const account = { accessKeyId: '111122223333', secretAccessKey: 'test' };
const region = 'eu-west-1';

interface Clients {
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly dns: Route53Client;
}

const withClients = async <T>(
  endpoint: string,
  run: (clients: Clients) => Promise<T>,
): Promise<T> => {
  const options = { endpoint, region, credentials: account };
  const clients = {
    ec2: new EC2Client(options),
    elb: new ElasticLoadBalancingV2Client(options),
    dns: new Route53Client(options),
  };
  try {
    return await run(clients);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
};

const named = (type: 'vpc' | 'security-group' | 'instance', name: string) => [
  { ResourceType: type, Tags: [{ Key: 'Name', Value: name }] },
];

const buildNetwork = async ({ ec2 }: Clients): Promise<readonly string[]> => {
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({
      CidrBlock: '10.20.0.0/16',
      TagSpecifications: named('vpc', 'recorded'),
    }),
  );
  const vpcId = Vpc?.VpcId ?? '';
  await ec2.send(
    new CreateSecurityGroupCommand({
      VpcId: vpcId,
      GroupName: 'recorded',
      Description: 'kept for ever',
      TagSpecifications: named('security-group', 'recorded'),
    }),
  );
  await ec2.send(
    new CreateTagsCommand({ Resources: [vpcId], Tags: [{ Key: 'größe', Value: '🗺 large' }] }),
  );
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  );
  return Subnets.map(({ SubnetId = '' }) => SubnetId).toSorted();
};

const runInstances = async ({ ec2 }: Clients): Promise<readonly string[]> => {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: Images.find(({ Architecture }) => Architecture === 'x86_64')?.ImageId,
      InstanceType: 't3.micro',
      MinCount: 2,
      MaxCount: 2,
      TagSpecifications: named('instance', 'recorded'),
    }),
  );
  const ids = Instances.map(({ InstanceId = '' }) => InstanceId);
  await waitUntilInstanceRunning(
    { client: ec2, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { InstanceIds: ids },
  );
  return ids;
};

const balance = async (
  { elb }: Clients,
  subnets: readonly string[],
  vpcId: string,
  instances: readonly string[],
): Promise<void> => {
  const { TargetGroups = [] } = await elb.send(
    new CreateTargetGroupCommand({ Name: 'recorded', Protocol: 'HTTP', Port: 80, VpcId: vpcId }),
  );
  const targetGroup = TargetGroups[0]?.TargetGroupArn;
  await elb.send(
    new RegisterTargetsCommand({
      TargetGroupArn: targetGroup,
      Targets: instances.map((Id) => ({ Id })),
    }),
  );
  const { LoadBalancers = [] } = await elb.send(
    new CreateLoadBalancerCommand({ Name: 'recorded', Subnets: subnets.slice(0, 2) }),
  );
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroup }],
    }),
  );
};

const publish = async ({ dns }: Clients): Promise<void> => {
  const { HostedZone } = await dns.send(
    new CreateHostedZoneCommand({ Name: 'recorded.example', CallerReference: 'recorded' }),
  );
  await dns.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone?.Id ?? '',
      ChangeBatch: {
        Changes: [
          {
            Action: 'CREATE',
            ResourceRecordSet: {
              Name: 'www.recorded.example',
              Type: 'A',
              TTL: 60,
              ResourceRecords: [{ Value: '192.0.2.1' }],
            },
          },
        ],
      },
    }),
  );
};

/** Builds a small world with a little of everything that a release keeps. */
export const buildWorld = (endpoint: string): Promise<void> =>
  withClients(endpoint, async (clients) => {
    const subnets = await buildNetwork(clients);
    const instances = await runInstances(clients);
    const { Vpcs = [] } = await clients.ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
    );
    await balance(clients, subnets, Vpcs[0]?.VpcId ?? '', instances);
    await publish(clients);
    const response = await fetch(`${endpoint}/_faultline/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ target: 'zone/use2-az1', effect: 'network' }),
    });
    if (!response.ok) throw new Error(await response.text());
  });

const described = (id = '', is = '', tags: readonly Tag[] = []): Described => ({
  id,
  is,
  tags: tags.map(({ Key, Value }) => `${Key}=${Value}`).toSorted(),
});

const byId = (all: readonly Described[]): readonly Described[] =>
  all.toSorted((a, b) => (a.id < b.id ? -1 : 1));

const describeNetwork = async ({ ec2 }: Clients) => {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { RouteTables = [] } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: 'association.main', Values: ['true'] }] }),
  );
  return {
    vpcs: byId(Vpcs.map((vpc) => described(vpc.VpcId, vpc.CidrBlock, vpc.Tags))),
    subnets: byId(
      Subnets.map(({ SubnetId, CidrBlock, AvailabilityZoneId, Tags }) =>
        described(SubnetId, `${CidrBlock} ${AvailabilityZoneId}`, Tags),
      ),
    ),
    groups: byId(
      SecurityGroups.map(({ GroupId, GroupName, Tags }) => described(GroupId, GroupName, Tags)),
    ),
    mainRouteTables: RouteTables.map(({ RouteTableId = '' }) => RouteTableId).toSorted(),
  };
};

const describeService = async ({ ec2, elb, dns }: Clients) => {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const arn = LoadBalancers[0]?.LoadBalancerArn;
  const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn }));
  const { TargetHealthDescriptions = [] } = await elb.send(
    new DescribeTargetHealthCommand({
      TargetGroupArn: Listeners[0]?.DefaultActions?.[0]?.TargetGroupArn,
    }),
  );
  const { HostedZones = [] } = await dns.send(new ListHostedZonesCommand({}));
  const { ResourceRecordSets = [] } = await dns.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: HostedZones[0]?.Id }),
  );
  return {
    instances: byId(
      Reservations.flatMap(({ Instances = [] }) => Instances).map(
        ({ InstanceId, PrivateIpAddress, SubnetId, Tags }) =>
          described(InstanceId, `${PrivateIpAddress} ${SubnetId}`, Tags),
      ),
    ),
    loadBalancers: LoadBalancers.map(({ LoadBalancerArn, DNSName }) =>
      described(LoadBalancerArn, DNSName),
    ),
    listeners: Listeners.map(({ ListenerArn = '', Port }) => `${ListenerArn} ${Port}`),
    targets: TargetHealthDescriptions.map(
      ({ Target }) => `${Target?.Id}:${Target?.Port}`,
    ).toSorted(),
    records: ResourceRecordSets.map(
      ({ Name, Type, ResourceRecords = [] }) =>
        `${Name} ${Type} ${ResourceRecords.map(({ Value }) => Value).join()}`,
    ),
  };
};

/** Reads the world back, as far as it never changes by itself. */
export const describeWorld = (endpoint: string): Promise<RecordedWorld> =>
  withClients(endpoint, async (clients) => {
    const response = await fetch(`${endpoint}/_faultline/faults`);
    // The admin API lists the open faults with their id, target and effect.
    const { faults } = (await response.json()) as {
      readonly faults: readonly {
        readonly id: string;
        readonly target: string;
        readonly effect: string;
      }[];
    };
    return {
      ...(await describeNetwork(clients)),
      ...(await describeService(clients)),
      faults: faults.map(({ id, target, effect }) => `${id} ${target} ${effect}`),
    };
  });
