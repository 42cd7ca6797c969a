/**
 * Builds one web server in each of two Regions, gives each an Elastic IP, and lets Route 53 send users to the first one
 * for as long as its address answers. Endpoint and keys come from the environment.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  GetHealthCheckStatusCommand,
  Route53Client,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';

const sites = [
  { region: 'us-east-1', zoneId: 'use1-az1', role: 'PRIMARY' },
  { region: 'eu-west-1', zoneId: 'euw1-az1', role: 'SECONDARY' },
] as const;

type Site = (typeof sites)[number];

const domain = 'example.test';
const port = 8080;
/** How long users may keep an answer: half of what a failover takes. */
const ttlSeconds = 30;

/** What AWS always answers although its types say that it may be missing. */
const given = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`There was no ${what} in the answer.`);
  return value;
};

/** Asks again and again until there is an answer; the SDK's own waiters pause for 15 seconds. */
const until = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
  for (let tries = 0; tries < 3000; tries += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(50);
  }
  throw new Error(`${what} did not come.`);
};

/** A group that lets users in, in the VPC that every account has. */
const openPort = async (ec2: EC2Client): Promise<string> => {
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'web', Description: 'Users to the server' }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpProtocol: 'tcp',
      FromPort: port,
      ToPort: port,
      CidrIp: '0.0.0.0/0',
    }),
  );
  return given(GroupId, 'security group');
};

const newestImage = async (ec2: EC2Client): Promise<string> => {
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023.*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    }),
  );
  const [newest] = Images.toSorted((a, b) =>
    (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''),
  );
  return given(newest?.ImageId, 'image');
};

/** Launches the Region's server and waits until it runs: only then can it have an address. */
const startServer = async (ec2: EC2Client, site: Site, userData: string): Promise<string> => {
  const { Subnets } = await ec2.send(
    new DescribeSubnetsCommand({
      Filters: [
        { Name: 'default-for-az', Values: ['true'] },
        { Name: 'availability-zone-id', Values: [site.zoneId] },
      ],
    }),
  );
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: await newestImage(ec2),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: given(Subnets?.[0]?.SubnetId, 'default subnet'),
      SecurityGroupIds: [await openPort(ec2)],
      UserData: userData,
    }),
  );
  const instanceId = given(Instances?.[0]?.InstanceId, 'instance');
  await until('The instance', async () => {
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [instanceId] }),
    );
    const state = Reservations?.[0]?.Instances?.[0]?.State?.Name;
    return state === 'running' ? state : undefined;
  });
  return instanceId;
};

/** The server of one Region; its Elastic IP. */
const buildSite = async (site: Site, userData: string): Promise<string> => {
  const ec2 = new EC2Client({ region: site.region });
  const instanceId = await startServer(ec2, site, userData);
  const { AllocationId, PublicIp } = await ec2.send(
    new AllocateAddressCommand({
      Domain: 'vpc',
      TagSpecifications: [
        { ResourceType: 'elastic-ip', Tags: [{ Key: 'Name', Value: `www.${domain}` }] },
      ],
    }),
  );
  await ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId: instanceId }));
  return given(PublicIp, 'Elastic IP');
};

const createHealthCheck = async (route53: Route53Client, address: string): Promise<string> => {
  const { HealthCheck } = await route53.send(
    new CreateHealthCheckCommand({
      CallerReference: `www-${address}`,
      HealthCheckConfig: {
        Type: 'HTTP',
        IPAddress: address,
        Port: port,
        ResourcePath: '/health',
        RequestInterval: 10,
        FailureThreshold: 3,
      },
    }),
  );
  return given(HealthCheck?.Id, 'health check');
};

/** Every checker has seen the server answer. */
const untilHealthy = async (route53: Route53Client, HealthCheckId: string): Promise<void> => {
  await until('A healthy server', async () => {
    const { HealthCheckObservations: seen = [] } = await route53.send(
      new GetHealthCheckStatusCommand({ HealthCheckId }),
    );
    const isWell = seen.every(({ StatusReport }) => StatusReport?.Status?.startsWith('Success'));
    return seen.length > 0 && isWell ? seen : undefined;
  });
};

/** A plain record: an address, not an alias. What follows the address is up to EC2, what follows the name to Route 53. */
const failoverRecord = (
  { role, region }: Site,
  address: string,
  healthCheckId: string,
): ResourceRecordSet => ({
  Name: `www.${domain}`,
  Type: 'A',
  TTL: ttlSeconds,
  SetIdentifier: region,
  Failover: role,
  HealthCheckId: healthCheckId,
  ResourceRecords: [{ Value: address }],
});

const server = await readFile(new URL('server.js', import.meta.url));
const userData = server.toString('base64');
const route53 = new Route53Client({ region: 'us-east-1' });
const records: ResourceRecordSet[] = [];
const healthCheckIds: string[] = [];
for (const site of sites) {
  const address = await buildSite(site, userData);
  const healthCheckId = await createHealthCheck(route53, address);
  healthCheckIds.push(healthCheckId);
  records.push(failoverRecord(site, address, healthCheckId));
}
const { HostedZone } = await route53.send(
  new CreateHostedZoneCommand({ Name: domain, CallerReference: 'elastic-ip-failover' }),
);
await route53.send(
  new ChangeResourceRecordSetsCommand({
    HostedZoneId: given(HostedZone?.Id, 'hosted zone'),
    ChangeBatch: {
      Changes: records.map((ResourceRecordSet) => ({ Action: 'CREATE', ResourceRecordSet })),
    },
  }),
);
for (const id of healthCheckIds) await untilHealthy(route53, id);
