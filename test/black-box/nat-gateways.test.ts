import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine } from '../../src/plane/compute/container/test-engine.ts';
import { tryNamespaces } from '../../src/plane/compute/netns/probe.ts';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { callAdmin } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { buildPeerTeller, peerTellerMissing } from './container-images.ts';
import { launchWith, stateOf } from './web-server.ts';

const patienceMs = 60_000;

/** What a program hears from nobody. */
const silent = 'silent';

/** A driver whose instances have networks of their own, with a server that says who asks it. */
interface Row {
  readonly driver: 'netns' | 'container';
  /** Why it cannot be tried here. */
  readonly why: string | undefined;
  readonly userData: string;
  /** The AMI of the server; the newest Amazon Linux when it is absent. */
  readonly image?: (world: Running, aws: AwsClients, directory: string) => Promise<string>;
  /** A line of shell that writes what is heard at the port and path of the server, or `silent`. */
  readonly asking: (host: string, port: number, path: string) => string;
  readonly port: number;
}

const path = '/cgi-bin/peer';

/** Who connects, and for whom if it is a balancer. */
const peerTeller = `#!/usr/bin/env node
require('node:http').createServer((request, response) =>
  response.end(request.headers['x-forwarded-for'] || request.socket.remoteAddress.replace(/^::ffff:/, '')),
).listen(8080, '0.0.0.0');
`;

const importedImage = async (
  world: Running,
  aws: AwsClients,
  directory: string,
): Promise<string> => {
  const reference = await buildPeerTeller(directory);
  const imported = await runCommand(
    ['image', 'import', '--container', reference, '--name', 'peer', '--json'],
    { FAULTLINE_ENDPOINT: world.endpoint, AWS_REGION: 'us-east-1' },
  );
  expect(imported).toMatchObject({ exitCode: 0 });
  return await eventually(async () => {
    const { Images } = await aws.ec2.describeImages({ Owners: ['self'] });
    return Images?.find(({ State }) => State === 'available')?.ImageId;
  }, patienceMs);
};

const whyNoNamespaces =
  process.getuid?.() === 0 ? await tryNamespaces('root') : 'this user is not root';
const engine = await startTestEngine();

const rows: readonly Row[] = [
  {
    driver: 'netns',
    why: whyNoNamespaces,
    userData: peerTeller,
    port: 8080,
    asking: (host, port) => `python3 -c "
from urllib.request import urlopen
try:
    print(urlopen('http://${host}:${port}/', timeout=2).read().decode())
except Exception as problem:
    print('${silent}' if 'timed out' in str(problem) else problem)"`,
  },
  {
    driver: 'container',
    why: whyNoNamespaces ?? ('missing' in engine ? engine.missing : peerTellerMissing),
    userData: '',
    image: importedImage,
    port: 80,
    // Nothing but silence lets a wget run until it is ended (143: by SIGTERM). BusyBox's own time-out crashes in some builds.
    asking: (host, port) =>
      `timeout 3 wget -q -O - http://${host}:${port}${path} 2>/dev/null; test $? -eq 143 && echo ${silent}`,
  },
];

for (const { driver, why } of rows) {
  if (why !== undefined)
    process.stderr.write(`SKIPPED: NAT gateways that translate, ${driver}: ${why}\n`);
}

/** Zones a and b, with a subnet of each that has a public side, and a subnet of b that has a NAT gateway of a. */
class Site {
  readonly #row: Row;
  readonly #directory: string;
  readonly world: Running;
  readonly aws: AwsClients;
  #imageId: string | undefined;
  tableId = '';
  gatewayId = '';
  /** The gateway's Elastic IP. */
  gatewayAddress = '';
  zoneOfGateway = '';
  subnetIds: readonly string[] = [];
  /** In the subnet of zone b with a public side. */
  server = '';
  /** Beside it, in the subnet with the NAT gateway. */
  hidden = '';

  constructor(row: Row, directory: string, world: Running) {
    this.#row = row;
    this.#directory = directory;
    this.world = world;
    this.aws = awsClients(world.endpoint);
  }

  async build(): Promise<void> {
    const { ec2 } = this.aws;
    const { Subnets = [] } = await ec2.describeSubnets();
    this.subnetIds = Subnets.map(({ SubnetId }) => given(SubnetId));
    this.zoneOfGateway = given(Subnets[0]?.AvailabilityZone);
    const VpcId = given(Subnets[0]?.VpcId);
    const { Subnet } = await ec2.createSubnet({
      VpcId,
      CidrBlock: '172.31.200.0/24',
      AvailabilityZone: given(Subnets[1]?.AvailabilityZone),
    });
    const { RouteTable } = await ec2.createRouteTable({ VpcId });
    this.tableId = given(RouteTable?.RouteTableId);
    await ec2.associateRouteTable({
      RouteTableId: this.tableId,
      SubnetId: given(Subnet?.SubnetId),
    });
    this.server = await this.launch(given(this.subnetIds[1]));
    this.hidden = await this.launch(given(Subnet?.SubnetId));
    await this.makeGateway();
    await ec2.createRoute({
      RouteTableId: this.tableId,
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: this.gatewayId,
    });
  }

  async makeGateway(): Promise<void> {
    const { ec2 } = this.aws;
    const { AllocationId, PublicIp } = await ec2.allocateAddress({ Domain: 'vpc' });
    const SubnetId = given(this.subnetIds[0]);
    const { NatGateway } = await ec2.createNatGateway({ SubnetId, AllocationId });
    this.gatewayId = given(NatGateway?.NatGatewayId);
    this.gatewayAddress = given(PublicIp);
    await eventually(async () => {
      const { NatGateways } = await ec2.describeNatGateways({ NatGatewayIds: [this.gatewayId] });
      return NatGateways?.[0]?.State === 'available';
    }, patienceMs);
  }

  async launch(SubnetId: string): Promise<string> {
    const { image, userData } = this.#row;
    this.#imageId ??= await image?.(this.world, this.aws, this.#directory);
    const id = await launchWith(this.aws, userData, {
      SubnetId,
      ...(this.#imageId === undefined ? {} : { ImageId: this.#imageId }),
    });
    await eventually(async () => (await stateOf(this.aws, id)) === 'running', patienceMs);
    return id;
  }

  async run(...command: readonly string[]): Promise<string> {
    const { stdout } = await runCommand(command, { FAULTLINE_ENDPOINT: this.world.endpoint });
    return stdout.trim();
  }

  /** What a program of an instance hears at a host's port. */
  heard(from: string, host: string, port = this.#row.port): Promise<string> {
    return this.run('ssh', from, '--', this.#row.asking(host, port, path));
  }

  async publicAddressOf(id: string): Promise<string> {
    const { Reservations } = await this.aws.ec2.describeInstances({ InstanceIds: [id] });
    return given(Reservations?.[0]?.Instances?.[0]?.PublicIpAddress);
  }

  /** The loopback address that stands for an address of AWS's side. */
  async standIn(address: string): Promise<string> {
    const { body } = await callAdmin(this.world.endpoint, 'GET', `/address?of=${address}`);
    return given((body as { readonly address?: string }).address);
  }

  /** An internet-facing balancer before the server; its name. */
  async makeBalancer(): Promise<string> {
    const { elbv2 } = this.aws;
    const Subnets = this.subnetIds.slice(0, 2);
    const { LoadBalancers } = await elbv2.createLoadBalancer({ Name: 'front', Subnets });
    const { TargetGroups } = await elbv2.createTargetGroup({
      Name: 'servers',
      Protocol: 'HTTP',
      Port: this.#row.port,
      HealthCheckPath: path,
      VpcId: given(LoadBalancers?.[0]?.VpcId),
    });
    const TargetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
    await elbv2.registerTargets({ TargetGroupArn, Targets: [{ Id: this.server }] });
    await elbv2.createListener({
      LoadBalancerArn: given(LoadBalancers?.[0]?.LoadBalancerArn),
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
    return given(LoadBalancers?.[0]?.DNSName);
  }
}

describe.each(rows.filter(({ why }) => why === undefined))(
  'a NAT gateway, with the driver $driver',
  (row) => {
    let directory: string;
    let site: Site;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'faultline-nat-'));
      const socket = 'engine' in engine ? engine.engine.socketPath : '';
      process.env['CONTAINER_HOST'] = `unix://${socket}`;
      site = new Site(row, directory, await startReady({ driver: row.driver, speed: 20 }));
      await site.build();
    }, 3 * patienceMs);
    afterAll(async () => {
      await stop(site.world);
      await rm(directory, { recursive: true, force: true });
    });

    it(
      'is who a private instance comes as, down to what a program sees of its peer',
      async () => {
        const { server, hidden, gatewayAddress } = site;
        const address = await site.publicAddressOf(server);
        await eventually(
          async () => (await site.heard(hidden, address)) === gatewayAddress,
          patienceMs,
        );
        // An instance that has a public address comes from that.
        const other = await site.launch(given(site.subnetIds[0]));
        const own = await site.publicAddressOf(other);
        await eventually(async () => (await site.heard(other, address)) === own, patienceMs);
      },
      3 * patienceMs,
    );

    it(
      'is who rules at the other end are asked about',
      async () => {
        const { aws, server, hidden, gatewayAddress } = site;
        const address = await site.publicAddressOf(server);
        const { SecurityGroups } = await aws.ec2.describeSecurityGroups({
          GroupNames: ['default'],
        });
        const VpcId = given(SecurityGroups?.[0]?.VpcId);
        const { GroupId } = await aws.ec2.createSecurityGroup({
          GroupName: 'of-gateway',
          Description: 'of the gateway',
          VpcId,
        });
        await aws.ec2.modifyInstanceAttribute({ InstanceId: server, Groups: [given(GroupId)] });
        await eventually(async () => (await site.heard(hidden, address)) === silent, patienceMs);
        await aws.ec2.authorizeSecurityGroupIngress({
          GroupId,
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: `${gatewayAddress}/32` }] }],
        });
        await eventually(
          async () => (await site.heard(hidden, address)) === gatewayAddress,
          patienceMs,
        );
        const Groups = [given(SecurityGroups?.[0]?.GroupId)];
        await aws.ec2.modifyInstanceAttribute({ InstanceId: server, Groups });
      },
      3 * patienceMs,
    );

    it(
      'is whom a balancer tells its targets of',
      async () => {
        const name = await site.makeBalancer();
        const seen = await site.standIn(site.gatewayAddress);
        await eventually(async () => {
          const heard = await site.heard(site.hidden, name, 80);
          // BusyBox tells of its peer alone, which is the balancer.
          return row.driver === 'netns' ? heard === seen : /^[\d.]+$/.test(heard);
        }, patienceMs);
      },
      3 * patienceMs,
    );

    it(
      'is no way while its zone is lost, one again with it, and none once it is deleted',
      async () => {
        const { aws, server, hidden } = site;
        const address = await site.publicAddressOf(server);
        await site.run('break', `zone/${site.zoneOfGateway}`, 'power');
        // The instance's own zone, and that of what it asks, are well.
        expect(await site.heard(hidden, address)).toBe(silent);
        await site.run('mend', '--all');
        await eventually(
          async () => (await site.heard(hidden, address)) === site.gatewayAddress,
          patienceMs,
        );
        const { gatewayId: NatGatewayId } = site;
        await aws.ec2.deleteNatGateway({ NatGatewayId });
        await eventually(async () => {
          const { RouteTables } = await aws.ec2.describeRouteTables({
            RouteTableIds: [site.tableId],
          });
          return RouteTables?.[0]?.Routes?.some(({ State }) => State === 'blackhole');
        }, patienceMs);
        expect(await site.heard(hidden, address)).toBe(silent);
        await site.makeGateway();
        await aws.ec2.replaceRoute({
          RouteTableId: site.tableId,
          DestinationCidrBlock: '0.0.0.0/0',
          NatGatewayId: site.gatewayId,
        });
        await eventually(
          async () => (await site.heard(hidden, address)) === site.gatewayAddress,
          patienceMs,
        );
      },
      4 * patienceMs,
    );
  },
);
