import type { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

/** VPCs, subnets, gateways and route tables. Each test makes its own and leaves nothing behind. */
export const walkNetworks = (world: () => Running): void => {
  const ec2In = (region: string): EC2 => awsClients(world().endpoint, { region }).ec2;

  const withVpc = async (
    work: (ec2: EC2, VpcId: string) => Promise<void>,
    CidrBlock = '10.0.0.0/16',
  ): Promise<void> => {
    const ec2 = ec2In('us-west-2');
    const { Vpc } = await ec2.createVpc({ CidrBlock });
    const VpcId = given(Vpc?.VpcId);
    await work(ec2, VpcId);
    await ec2.deleteVpc({ VpcId });
  };

  describe('the default network', () => {
    it('is there in every Region before anything was made', async () => {
      const ec2 = ec2In('ap-southeast-2');
      const { Vpcs = [] } = await ec2.describeVpcs();
      expect(Vpcs).toHaveLength(1);
      expect(Vpcs[0]).toMatchObject({ IsDefault: true, CidrBlock: '172.31.0.0/16' });
      const VpcId = given(Vpcs[0]?.VpcId);
      const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
      const { Subnets = [] } = await ec2.describeSubnets({ Filters });
      const { AvailabilityZones = [] } = await ec2.describeAvailabilityZones();
      expect(Subnets.map(({ AvailabilityZoneId = '' }) => AvailabilityZoneId).toSorted()).toEqual(
        AvailabilityZones.map(({ ZoneId = '' }) => ZoneId).toSorted(),
      );
      for (const subnet of Subnets) {
        expect(subnet).toMatchObject({
          DefaultForAz: true,
          MapPublicIpOnLaunch: true,
          AvailableIpAddressCount: 4091,
          State: 'available',
        });
      }
      const { SecurityGroups = [] } = await ec2.describeSecurityGroups({ Filters });
      expect(SecurityGroups.map(({ GroupName }) => GroupName)).toEqual(['default']);
      const { NetworkAcls = [] } = await ec2.describeNetworkAcls({ Filters });
      expect(NetworkAcls).toHaveLength(1);
      const { RouteTables = [] } = await ec2.describeRouteTables({ Filters });
      expect(
        RouteTables[0]?.Routes?.map(({ DestinationCidrBlock }) => DestinationCidrBlock),
      ).toEqual(expect.arrayContaining(['172.31.0.0/16', '0.0.0.0/0']));
    });

    it('stays deleted until it is made again', async () => {
      // A Region of this test alone: machines of others would hold its subnets.
      const ec2 = ec2In('ap-northeast-3');
      expect(await refusalOf(ec2.createDefaultVpc())).toMatchObject({
        code: 'DefaultVpcAlreadyExists',
      });
      const { Vpcs = [] } = await ec2.describeVpcs();
      const VpcId = given(Vpcs[0]?.VpcId);
      const { Subnets = [] } = await ec2.describeSubnets();
      expect(await refusalOf(ec2.deleteVpc({ VpcId }))).toMatchObject({
        code: 'DependencyViolation',
      });
      for (const { SubnetId } of Subnets) await ec2.deleteSubnet({ SubnetId });
      const AvailabilityZone = given(Subnets[0]?.AvailabilityZone);
      const { Subnet } = await ec2.createDefaultSubnet({ AvailabilityZone });
      expect(Subnet).toMatchObject({ DefaultForAz: true, AvailabilityZone });
      expect(await refusalOf(ec2.createDefaultSubnet({ AvailabilityZone }))).toMatchObject({
        code: 'DefaultSubnetAlreadyExistsInAvailabilityZone',
      });
      await ec2.deleteSubnet({ SubnetId: Subnet?.SubnetId });
      const { InternetGateways = [] } = await ec2.describeInternetGateways();
      const InternetGatewayId = given(InternetGateways[0]?.InternetGatewayId);
      await ec2.detachInternetGateway({ InternetGatewayId, VpcId });
      await ec2.deleteInternetGateway({ InternetGatewayId });
      await ec2.deleteVpc({ VpcId });
      expect((await ec2.describeVpcs()).Vpcs).toEqual([]);
      const { Vpc } = await ec2.createDefaultVpc();
      expect(Vpc).toMatchObject({ IsDefault: true, CidrBlock: '172.31.0.0/16' });
      expect((await ec2.describeSubnets()).Subnets).toHaveLength(Subnets.length);
    });
  });

  it('name the DHCP options that the Region has', async () => {
    const ec2 = ec2In('us-west-2');
    const { Vpcs = [] } = await ec2.describeVpcs();
    const { DhcpOptions = [] } = await ec2.describeDhcpOptions({
      DhcpOptionsIds: Vpcs.map(({ DhcpOptionsId = '' }) => DhcpOptionsId).slice(0, 1),
    });
    expect(DhcpOptions[0]?.DhcpConfigurations).toEqual([
      { Key: 'domain-name', Values: [{ Value: 'us-west-2.compute.internal' }] },
      { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
    ]);
    expect(
      await refusalOf(ec2.describeDhcpOptions({ DhcpOptionsIds: ['dopt-0123456789abcdef0'] })),
    ).toMatchObject({ code: 'InvalidDhcpOptionID.NotFound' });
  });

  describe('VPCs', () => {
    it('have blocks from /16 to /28', async () => {
      const ec2 = ec2In('us-west-2');
      const codeFor = async (CidrBlock: string): Promise<string> =>
        (await refusalOf(ec2.createVpc({ CidrBlock }))).code;
      expect(await codeFor('10.0.0.0/8')).toBe('InvalidVpc.Range');
      expect(await codeFor('10.0.0.0/29')).toBe('InvalidVpc.Range');
      expect(await codeFor('10.0.0.0')).toBe('InvalidParameterValue');
      expect(await codeFor('300.0.0.0/16')).toBe('InvalidParameterValue');
      expect((await refusalOf(ec2.createVpc({}))).code).toBe('MissingParameter');
    });

    it('have attributes, tags and further blocks', async () => {
      await withVpc(async (ec2, VpcId) => {
        await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
        const attribute = await ec2.describeVpcAttribute({
          VpcId,
          Attribute: 'enableDnsHostnames',
        });
        expect(attribute).toMatchObject({ VpcId, EnableDnsHostnames: { Value: true } });
        const CidrBlock = '10.1.0.0/16';
        const { CidrBlockAssociation } = await ec2.associateVpcCidrBlock({ VpcId, CidrBlock });
        const { Vpcs } = await ec2.describeVpcs({
          Filters: [{ Name: 'cidr-block-association.cidr-block', Values: [CidrBlock] }],
        });
        expect(Vpcs?.[0]?.VpcId).toBe(VpcId);
        await ec2.disassociateVpcCidrBlock({
          AssociationId: given(CidrBlockAssociation?.AssociationId),
        });
        await ec2.createTags({ Resources: [VpcId], Tags: [{ Key: 'stage', Value: 'test' }] });
        const tagged = await ec2.describeVpcs({
          Filters: [{ Name: 'tag:stage', Values: ['te*'] }],
        });
        expect(tagged.Vpcs?.map((vpc) => vpc.VpcId)).toEqual([VpcId]);
        await ec2.deleteTags({ Resources: [VpcId], Tags: [{ Key: 'stage' }] });
        const { Tags } = await ec2.describeTags({
          Filters: [{ Name: 'resource-id', Values: [VpcId] }],
        });
        expect(Tags).toEqual([]);
      });
    });

    it('are not made by a DryRun', async () => {
      const ec2 = ec2In('us-west-2');
      const before = (await ec2.describeVpcs()).Vpcs?.length;
      expect(
        await refusalOf(ec2.createVpc({ CidrBlock: '10.0.0.0/16', DryRun: true })),
      ).toMatchObject({ code: 'DryRunOperation', status: 412 });
      expect(
        await refusalOf(ec2.createVpc({ CidrBlock: '10.0.0.0/8', DryRun: true })),
      ).toMatchObject({ code: 'InvalidVpc.Range' });
      expect((await ec2.describeVpcs()).Vpcs).toHaveLength(before ?? 0);
    });

    it('come in pages', async () => {
      const ec2 = awsClients(world().endpoint, {
        region: 'us-west-2',
        accessKeyId: '333344445555',
      }).ec2;
      for (const second of [1, 2, 3, 4]) await ec2.createVpc({ CidrBlock: `10.${second}.0.0/16` });
      const { Vpcs: whole = [] } = await ec2.describeVpcs();
      expect(await refusalOf(ec2.describeVpcs({ MaxResults: 2 }))).toMatchObject({
        code: 'InvalidParameterValue',
      });
      const first = await ec2.describeSubnets({ MaxResults: 5 });
      expect(first.Subnets?.length).toBeLessThanOrEqual(5);
      const page = await ec2.describeVpcs({ MaxResults: 5 });
      expect(page.Vpcs).toEqual(whole);
      expect(await refusalOf(ec2.describeVpcs({ NextToken: 'mine', MaxResults: 5 }))).toMatchObject(
        { status: 400 },
      );
      expect(await refusalOf(ec2.createVpc({ CidrBlock: '10.9.0.0/16' }))).toMatchObject({
        code: 'VpcLimitExceeded',
      });
    });
  });

  describe('subnets', () => {
    it('lie inside of their VPC, apart from each other, and lose five addresses', async () => {
      await withVpc(async (ec2, VpcId) => {
        const codeFor = async (CidrBlock: string): Promise<string> =>
          (await refusalOf(ec2.createSubnet({ VpcId, CidrBlock }))).code;
        expect(await codeFor('10.1.0.0/24')).toBe('InvalidSubnet.Range');
        expect(await codeFor('10.0.0.0/29')).toBe('InvalidSubnet.Range');
        const { Subnet } = await ec2.createSubnet({
          VpcId,
          CidrBlock: '10.0.1.0/28',
          AvailabilityZoneId: 'usw2-az2',
          TagSpecifications: [{ ResourceType: 'subnet', Tags: [{ Key: 'Name', Value: 'small' }] }],
        });
        expect(Subnet).toMatchObject({
          AvailableIpAddressCount: 11,
          AvailabilityZoneId: 'usw2-az2',
          MapPublicIpOnLaunch: false,
          Tags: [{ Key: 'Name', Value: 'small' }],
        });
        expect(await codeFor('10.0.1.0/24')).toBe('InvalidSubnet.Conflict');
        expect(
          await refusalOf(
            ec2.createSubnet({ VpcId, CidrBlock: '10.0.2.0/24', AvailabilityZone: 'eu-west-1a' }),
          ),
        ).toMatchObject({ code: 'InvalidParameterValue' });
        const SubnetId = given(Subnet?.SubnetId);
        await ec2.modifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: true } });
        const { Subnets } = await ec2.describeSubnets({ SubnetIds: [SubnetId] });
        expect(Subnets?.[0]?.MapPublicIpOnLaunch).toBe(true);
        expect(await refusalOf(ec2.deleteVpc({ VpcId }))).toMatchObject({
          code: 'DependencyViolation',
        });
        await ec2.deleteSubnet({ SubnetId });
        expect(await refusalOf(ec2.deleteSubnet({ SubnetId }))).toMatchObject({
          code: 'InvalidSubnetID.NotFound',
        });
      });
    });

    it('with a malformed id are told apart from ones that are not there', async () => {
      const ec2 = ec2In('us-west-2');
      expect(await refusalOf(ec2.describeSubnets({ SubnetIds: ['net-1'] }))).toMatchObject({
        code: 'InvalidSubnetID.Malformed',
      });
      expect(
        await refusalOf(ec2.describeSubnets({ SubnetIds: ['subnet-0123456789abcdef0'] })),
      ).toMatchObject({ code: 'InvalidSubnetID.NotFound' });
    });
  });

  describe('gateways and routes', () => {
    it('join a VPC to the internet, and say what depends on what', async () => {
      await withVpc(async (ec2, VpcId) => {
        const { InternetGateway } = await ec2.createInternetGateway();
        const InternetGatewayId = given(InternetGateway?.InternetGatewayId);
        await ec2.attachInternetGateway({ VpcId, InternetGatewayId });
        expect(
          await refusalOf(ec2.attachInternetGateway({ VpcId, InternetGatewayId })),
        ).toMatchObject({ code: 'Resource.AlreadyAssociated' });
        expect(await refusalOf(ec2.deleteInternetGateway({ InternetGatewayId }))).toMatchObject({
          code: 'DependencyViolation',
        });
        const { Subnet } = await ec2.createSubnet({ VpcId, CidrBlock: '10.0.0.0/24' });
        const SubnetId = given(Subnet?.SubnetId);
        const { RouteTable } = await ec2.createRouteTable({ VpcId });
        const RouteTableId = given(RouteTable?.RouteTableId);
        const everywhere = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0' };
        await ec2.createRoute({ ...everywhere, GatewayId: InternetGatewayId });
        expect(
          await refusalOf(ec2.createRoute({ ...everywhere, GatewayId: InternetGatewayId })),
        ).toMatchObject({ code: 'RouteAlreadyExists' });
        await ec2.replaceRoute({ ...everywhere, GatewayId: InternetGatewayId });
        const { AssociationId } = await ec2.associateRouteTable({ RouteTableId, SubnetId });
        expect(await refusalOf(ec2.deleteRouteTable({ RouteTableId }))).toMatchObject({
          code: 'DependencyViolation',
        });
        const other = given((await ec2.createRouteTable({ VpcId })).RouteTable?.RouteTableId);
        const { NewAssociationId } = await ec2.replaceRouteTableAssociation({
          AssociationId: given(AssociationId),
          RouteTableId: other,
        });
        await ec2.disassociateRouteTable({ AssociationId: given(NewAssociationId) });
        await ec2.deleteRoute(everywhere);
        expect(await refusalOf(ec2.deleteRoute(everywhere))).toMatchObject({
          code: 'InvalidRoute.NotFound',
        });
        await ec2.deleteRouteTable({ RouteTableId });
        await ec2.deleteRouteTable({ RouteTableId: other });
        await ec2.deleteSubnet({ SubnetId });
        await ec2.detachInternetGateway({ VpcId, InternetGatewayId });
        expect(
          await refusalOf(ec2.detachInternetGateway({ VpcId, InternetGatewayId })),
        ).toMatchObject({ code: 'Gateway.NotAttached' });
        await ec2.deleteInternetGateway({ InternetGatewayId });
      });
    });
  });
};
