import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

/** Who calls, which Regions there are, which of them an account may use, and what its zones are called. */
export const walkAccountsAndRegions = (world: () => Running): void => {
  const as = (accessKeyId: string, region = 'us-east-1'): ReturnType<typeof awsClients> =>
    awsClients(world().endpoint, { accessKeyId, region });

  describe('accounts', () => {
    it('takes a key of twelve digits for the account, and any other for the default one', async () => {
      const identity = async (key: string): Promise<unknown> =>
        await as(key).sts.getCallerIdentity();
      expect(await identity('111122223333')).toMatchObject({
        Account: '111122223333',
        Arn: expect.stringContaining(':111122223333:'),
      });
      expect(await identity('AKIAIOSFODNN7EXAMPLE')).toMatchObject({ Account: '000000000000' });
      expect(await identity('test')).toMatchObject({ Account: '000000000000' });
    });

    it('keeps accounts apart', async () => {
      const mine = as('111122223333').ec2;
      const theirs = as('444455556666').ec2;
      const { Vpc } = await mine.createVpc({ CidrBlock: '10.9.0.0/16' });
      const seen = async (client: typeof mine): Promise<readonly unknown[]> =>
        (await client.describeVpcs()).Vpcs?.map(({ VpcId }) => VpcId) ?? [];
      expect(await seen(mine)).toContain(Vpc?.VpcId);
      expect(await seen(theirs)).not.toContain(Vpc?.VpcId);
      expect(await refusalOf(theirs.deleteVpc({ VpcId: Vpc?.VpcId }))).toMatchObject({
        code: 'InvalidVpcID.NotFound',
        status: 400,
      });
      await mine.deleteVpc({ VpcId: Vpc?.VpcId });
    });
  });

  describe('Regions', () => {
    it('are apart: a resource of one does not exist in another', async () => {
      const here = as('test', 'us-east-1').ec2;
      const there = as('test', 'eu-west-1').ec2;
      const { Vpc } = await here.createVpc({ CidrBlock: '10.8.0.0/16' });
      const lost = await refusalOf(there.describeVpcs({ VpcIds: [given(Vpc?.VpcId)] }));
      expect(lost.code).toBe('InvalidVpcID.NotFound');
      expect(lost.message).toBe(`The vpc ID '${Vpc?.VpcId}' does not exist`);
      await here.deleteVpc({ VpcId: Vpc?.VpcId });
    });

    it('that do not exist get a clear error', async () => {
      const refusal = await refusalOf(as('test', 'us-middle-9').ec2.describeVpcs());
      expect(refusal.status).toBe(400);
      expect(refusal.message).toContain('us-middle-9');
    });

    it('are described with their opt-in status', async () => {
      const { ec2 } = as('test');
      const { Regions: enabled = [] } = await ec2.describeRegions();
      const { Regions: all = [] } = await ec2.describeRegions({ AllRegions: true });
      expect(enabled.length).toBeGreaterThanOrEqual(17);
      expect(all.length).toBeGreaterThan(enabled.length);
      expect(all).toContainEqual({
        RegionName: 'eu-west-1',
        Endpoint: 'ec2.eu-west-1.amazonaws.com',
        OptInStatus: 'opt-in-not-required',
      });
      const { Regions: notOptedIn = [] } = await ec2.describeRegions({
        AllRegions: true,
        Filters: [{ Name: 'opt-in-status', Values: ['not-opted-in'] }],
      });
      expect(notOptedIn.map(({ RegionName }) => RegionName)).toContain('af-south-1');
      expect(await refusalOf(ec2.describeRegions({ RegionNames: ['us-middle-9'] }))).toMatchObject({
        code: 'InvalidParameterValue',
      });
    });

    it('that need opting in refuse calls until they are enabled, which takes time', async () => {
      const { account } = as('222233334444');
      const RegionName = 'af-south-1';
      const there = as('222233334444', RegionName);
      expect(await refusalOf(there.ec2.describeVpcs())).toMatchObject({ code: 'AuthFailure' });
      expect(await refusalOf(there.sts.getCallerIdentity())).toMatchObject({
        code: 'InvalidClientTokenId',
      });
      expect(await account.getRegionOptStatus({ RegionName })).toMatchObject({
        RegionOptStatus: 'DISABLED',
      });
      await account.enableRegion({ RegionName });
      expect(await account.getRegionOptStatus({ RegionName })).toMatchObject({
        RegionOptStatus: 'ENABLING',
      });
      await eventually(async () => {
        const { RegionOptStatus } = await account.getRegionOptStatus({ RegionName });
        return RegionOptStatus === 'ENABLED';
      });
      expect((await there.ec2.describeVpcs()).Vpcs).toHaveLength(1);
      const { Regions = [] } = await as('222233334444').ec2.describeRegions();
      expect(Regions).toContainEqual(
        expect.objectContaining({ RegionName, OptInStatus: 'opted-in' }),
      );
      // The opt-in is of one account alone.
      expect(await refusalOf(as('test', RegionName).ec2.describeVpcs())).toMatchObject({
        code: 'AuthFailure',
      });
      await account.disableRegion({ RegionName });
      await eventually(async () => {
        const { RegionOptStatus } = await account.getRegionOptStatus({ RegionName });
        return RegionOptStatus === 'DISABLED';
      });
      expect(await refusalOf(there.ec2.describeVpcs())).toMatchObject({ code: 'AuthFailure' });
    });

    it('are listed in pages, by status', async () => {
      const { account } = as('test');
      const names: string[] = [];
      let NextToken: string | undefined;
      let pages = 0;
      do {
        const page = await account.listRegions({
          MaxResults: 5,
          NextToken,
          RegionOptStatusContains: ['ENABLED_BY_DEFAULT'],
        });
        expect(page.Regions?.length).toBeLessThanOrEqual(5);
        names.push(...(page.Regions ?? []).map(({ RegionName }) => RegionName ?? ''));
        ({ NextToken } = page);
        pages += 1;
      } while (NextToken !== undefined);
      expect(pages).toBeGreaterThan(2);
      expect(new Set(names).size).toBe(names.length);
      expect(names).toContain('us-east-1');
      expect(names).not.toContain('af-south-1');
      expect(await refusalOf(account.enableRegion({ RegionName: 'us-east-1' }))).toMatchObject({
        code: 'ValidationException',
      });
    });
  });

  describe('zones', () => {
    it('have names that mean another zone in another account', async () => {
      const namesOf = async (account: string): Promise<string> => {
        const { AvailabilityZones = [] } = await as(account).ec2.describeAvailabilityZones();
        expect(AvailabilityZones.map(({ ZoneName }) => ZoneName)).toEqual(
          ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `us-east-1${letter}`),
        );
        return AvailabilityZones.map(({ ZoneId }) => ZoneId).join(' ');
      };
      const accounts = Array.from({ length: 8 }, (_, index) => `99990000000${index}`);
      const seen = await Promise.all(accounts.map(namesOf));
      expect(new Set(seen).size).toBeGreaterThan(1);
      expect(await namesOf(accounts[0] ?? '')).toBe(seen[0]);
    });

    it('are found by name, by id and by filters, and nothing else is found', async () => {
      const { ec2 } = as('test');
      const { AvailabilityZones = [] } = await ec2.describeAvailabilityZones({
        ZoneIds: ['use1-az1'],
      });
      expect(AvailabilityZones).toHaveLength(1);
      expect(AvailabilityZones[0]).toMatchObject({
        State: 'available',
        OptInStatus: 'opt-in-not-required',
        RegionName: 'us-east-1',
        ZoneType: 'availability-zone',
        GroupName: 'us-east-1-zg-1',
        NetworkBorderGroup: 'us-east-1',
      });
      const ZoneName = given(AvailabilityZones[0]?.ZoneName);
      const byFilter = await ec2.describeAvailabilityZones({
        Filters: [{ Name: 'zone-name', Values: [ZoneName] }],
      });
      expect(byFilter.AvailabilityZones).toEqual(AvailabilityZones);
      expect(
        await refusalOf(ec2.describeAvailabilityZones({ ZoneNames: ['eu-west-1a'] })),
      ).toMatchObject({ code: 'InvalidParameterValue' });
      expect(
        await refusalOf(
          ec2.describeAvailabilityZones({ Filters: [{ Name: 'colour', Values: ['red'] }] }),
        ),
      ).toMatchObject({ code: 'InvalidParameterValue' });
    });
  });

  describe('public parameters', () => {
    const name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

    it('lead to an image that has another id in each Region', async () => {
      const imageIn = async (region: string): Promise<string> => {
        const { ssm, ec2 } = as('test', region);
        const { Parameter } = await ssm.getParameter({ Name: name });
        const { Images } = await ec2.describeImages({ ImageIds: [given(Parameter?.Value)] });
        expect(Images).toHaveLength(1);
        expect(Images?.[0]).toMatchObject({ State: 'available', Architecture: 'x86_64' });
        return given(Parameter?.Value);
      };
      const ids = await Promise.all(['us-east-1', 'eu-west-1', 'ap-northeast-1'].map(imageIn));
      expect(new Set(ids).size).toBe(3);
    });

    it('are listed by path in pages, and what is not there is named', async () => {
      const { ssm } = as('test');
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ssm.getParametersByPath({
          Path: '/aws/service/ami-amazon-linux-latest',
          MaxResults: 3,
          NextToken,
        });
        names.push(...(page.Parameters ?? []).map(({ Name }) => Name ?? ''));
        ({ NextToken } = page);
      } while (NextToken !== undefined);
      expect(names).toContain(name);
      const { Parameters, InvalidParameters } = await ssm.getParameters({ Names: [name, '/no'] });
      expect(Parameters).toHaveLength(1);
      expect(InvalidParameters).toEqual(['/no']);
      expect(await refusalOf(ssm.getParameter({ Name: '/no' }))).toMatchObject({
        code: 'ParameterNotFound',
        status: 400,
      });
    });
  });
};
