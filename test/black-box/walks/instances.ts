import type { EC2, Instance, InstanceStatus, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { afterAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-north-1';

/** The life of instances and what can be asked about them, in world time. */
export const walkInstances = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;

  const imageId = async (): Promise<string> => {
    const { Images = [] } = await ec2().describeImages({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    });
    return given(Images[0]?.ImageId);
  };

  const launch = async (
    more: Partial<RunInstancesCommandInput> = {},
  ): Promise<readonly Instance[]> => {
    const { Instances = [] } = await ec2().runInstances({
      ImageId: await imageId(),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
    return Instances;
  };

  const launchOne = async (more: Partial<RunInstancesCommandInput> = {}): Promise<string> =>
    given((await launch(more))[0]?.InstanceId);

  const instanceOf = async (id: string): Promise<Instance> => {
    const { Reservations } = await ec2().describeInstances({ InstanceIds: [id] });
    return given(Reservations?.[0]?.Instances?.[0]);
  };

  const untilState = async (id: string, state: string): Promise<Instance> =>
    await eventually(async () => {
      const instance = await instanceOf(id);
      return instance.State?.Name === state && instance;
    });

  afterAll(async () => {
    const { Reservations = [] } = await ec2().describeInstances();
    const InstanceIds = Reservations.flatMap(({ Instances = [] }) =>
      Instances.filter(({ State }) => State?.Name !== 'terminated').map(
        ({ InstanceId = '' }) => InstanceId,
      ),
    );
    if (InstanceIds.length > 0) await ec2().terminateInstances({ InstanceIds });
  });

  describe('an instance', () => {
    it('lives: pending, running, stopped, running, terminated', async () => {
      const [launched] = await launch({
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
          { ResourceType: 'volume', Tags: [{ Key: 'disk', Value: 'root' }] },
        ],
      });
      expect(launched?.State).toEqual({ Code: 0, Name: 'pending' });
      const id = given(launched?.InstanceId);
      const running = await untilState(id, 'running');
      expect(running).toMatchObject({
        State: { Code: 16, Name: 'running' },
        PrivateIpAddress: expect.stringMatching(/^172\.31\./),
        PublicIpAddress: expect.any(String),
        PublicDnsName: expect.stringContaining(`.${region}.compute.amazonaws.com`),
        Tags: [{ Key: 'Name', Value: 'web' }],
        Placement: { AvailabilityZone: expect.stringMatching(/^eu-north-1[abc]$/) },
      });
      const stopped = await ec2().stopInstances({ InstanceIds: [id] });
      expect(stopped.StoppingInstances?.[0]).toMatchObject({
        CurrentState: { Name: 'stopping' },
        PreviousState: { Name: 'running' },
      });
      const off = await untilState(id, 'stopped');
      expect(off.PublicIpAddress).toBeUndefined();
      expect(off.PrivateIpAddress).toBe(running.PrivateIpAddress);
      expect(off.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
      expect(await refusalOf(ec2().rebootInstances({ InstanceIds: [id] }))).toMatchObject({
        code: 'IncorrectInstanceState',
      });
      await ec2().startInstances({ InstanceIds: [id] });
      const again = await untilState(id, 'running');
      expect(again.PublicIpAddress).toEqual(expect.any(String));
      await ec2().rebootInstances({ InstanceIds: [id] });
      const { Volumes = [] } = await ec2().describeVolumes({
        Filters: [{ Name: 'attachment.instance-id', Values: [id] }],
      });
      expect(Volumes[0]).toMatchObject({ State: 'in-use', Tags: [{ Key: 'disk', Value: 'root' }] });
      const { NetworkInterfaces = [] } = await ec2().describeNetworkInterfaces({
        Filters: [{ Name: 'attachment.instance-id', Values: [id] }],
      });
      expect(NetworkInterfaces[0]?.PrivateIpAddress).toBe(running.PrivateIpAddress);
      await ec2().terminateInstances({ InstanceIds: [id] });
      const ended = await untilState(id, 'terminated');
      expect(ended.PrivateIpAddress).toBeUndefined();
      expect(await refusalOf(ec2().startInstances({ InstanceIds: [id] }))).toMatchObject({
        code: 'IncorrectInstanceState',
      });
      const after = await ec2().describeVolumes({
        Filters: [{ Name: 'volume-id', Values: [given(Volumes[0]?.VolumeId)] }],
      });
      expect(after.Volumes).toEqual([]);
    });

    it('passes its status checks a while after its boot', async () => {
      const id = await launchOne();
      const statusOf = async (): Promise<InstanceStatus | undefined> =>
        (await ec2().describeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses?.[0];
      await untilState(id, 'running');
      const passed = await eventually(async () => {
        const status = await statusOf();
        return status?.InstanceStatus?.Status === 'ok' && status;
      });
      expect(passed).toMatchObject({
        InstanceState: { Name: 'running' },
        SystemStatus: { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] },
      });
      await ec2().stopInstances({ InstanceIds: [id] });
      await untilState(id, 'stopped');
      expect(await statusOf()).toBeUndefined();
      const all = await ec2().describeInstanceStatus({
        InstanceIds: [id],
        IncludeAllInstances: true,
      });
      expect(all.InstanceStatuses?.[0]?.InstanceStatus?.Status).toBe('not-applicable');
    });

    it('says on its console what it printed', async () => {
      const script = '#faultline-mock\n{"console": "hello from the machine\\n"}';
      const id = await launchOne({ UserData: Buffer.from(script).toString('base64') });
      const output = await eventually(async () => {
        const { Output } = await ec2().getConsoleOutput({ InstanceId: id });
        return Buffer.from(Output ?? '', 'base64').toString();
      });
      await eventually(async () => {
        const { Output = '' } = await ec2().getConsoleOutput({ InstanceId: id });
        return Buffer.from(Output, 'base64').toString().includes('hello from the machine');
      });
      expect(output).toEqual(expect.any(String));
      const { UserData } = await ec2().describeInstanceAttribute({
        InstanceId: id,
        Attribute: 'userData',
      });
      expect(Buffer.from(UserData?.Value ?? '', 'base64').toString()).toBe(script);
    });

    it('has attributes and options that can be changed', async () => {
      const id = await launchOne();
      const disableTermination = async (Value: boolean): Promise<void> => {
        await ec2().modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value } });
      };
      await disableTermination(true);
      expect(await refusalOf(ec2().terminateInstances({ InstanceIds: [id] }))).toMatchObject({
        code: 'OperationNotPermitted',
      });
      await disableTermination(false);
      await untilState(id, 'running');
      expect(
        await refusalOf(
          ec2().modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: 't3.small' } }),
        ),
      ).toMatchObject({ code: 'IncorrectInstanceState' });
      await ec2().stopInstances({ InstanceIds: [id] });
      await untilState(id, 'stopped');
      await ec2().modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: 't3.small' } });
      expect((await instanceOf(id)).InstanceType).toBe('t3.small');
      await ec2().modifyInstanceAttribute({ InstanceId: id, SourceDestCheck: { Value: false } });
      await ec2().resetInstanceAttribute({ InstanceId: id, Attribute: 'sourceDestCheck' });
      expect((await instanceOf(id)).SourceDestCheck).toBe(true);
      const { InstanceMonitorings } = await ec2().monitorInstances({ InstanceIds: [id] });
      expect(InstanceMonitorings?.[0]?.Monitoring?.State).toMatch(/^(pending|enabled)$/);
      await ec2().unmonitorInstances({ InstanceIds: [id] });
      await ec2().modifyInstanceMetadataOptions({ InstanceId: id, HttpTokens: 'required' });
      expect((await instanceOf(id)).MetadataOptions?.HttpTokens).toBe('required');
      const { InstanceCreditSpecifications } = await ec2().describeInstanceCreditSpecifications({
        InstanceIds: [id],
      });
      expect(InstanceCreditSpecifications).toEqual([{ InstanceId: id, CpuCredits: 'unlimited' }]);
    });
  });

  describe('a launch', () => {
    it('with a client token happens once', async () => {
      const ClientToken = 'only-once';
      const ImageId = await imageId();
      const request = { ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const;
      const first = await ec2().runInstances({ ...request, ClientToken });
      const second = await ec2().runInstances({ ...request, ClientToken });
      expect(second.ReservationId).toBe(first.ReservationId);
      expect(second.Instances?.[0]?.InstanceId).toBe(first.Instances?.[0]?.InstanceId);
      expect(
        await refusalOf(ec2().runInstances({ ...request, MaxCount: 2, ClientToken })),
      ).toMatchObject({ code: 'IdempotentParameterMismatch' });
    });

    it('of several gives each an address of the subnet, until the subnet is full', async () => {
      const { Vpc } = await ec2().createVpc({ CidrBlock: '10.0.0.0/24' });
      const VpcId = given(Vpc?.VpcId);
      const { Subnet } = await ec2().createSubnet({ VpcId, CidrBlock: '10.0.0.0/28' });
      const SubnetId = given(Subnet?.SubnetId);
      const instances = await launch({ MinCount: 8, MaxCount: 8, SubnetId });
      const addresses = instances.map(({ PrivateIpAddress = '' }) => PrivateIpAddress);
      expect(new Set(addresses).size).toBe(8);
      for (const address of addresses) {
        const last = Number(/^10\.0\.0\.(\d+)$/.exec(address)?.[1]);
        expect(last).toBeGreaterThanOrEqual(4);
        expect(last).toBeLessThanOrEqual(14);
      }
      expect(instances.every(({ PublicIpAddress }) => PublicIpAddress === undefined)).toBe(true);
      expect(
        await refusalOf(
          ec2().runInstances({
            ImageId: await imageId(),
            InstanceType: 't3.micro',
            MinCount: 4,
            MaxCount: 4,
            SubnetId,
          }),
        ),
      ).toMatchObject({ code: 'InsufficientFreeAddressesInSubnet' });
      expect(await refusalOf(ec2().deleteSubnet({ SubnetId }))).toMatchObject({
        code: 'DependencyViolation',
      });
      const InstanceIds = instances.map(({ InstanceId = '' }) => InstanceId);
      const pages: string[][] = [];
      let NextToken: string | undefined;
      do {
        const page = await ec2().describeInstances({
          MaxResults: 5,
          NextToken,
          Filters: [{ Name: 'subnet-id', Values: [SubnetId] }],
        });
        pages.push(
          (page.Reservations ?? []).flatMap(({ Instances = [] }) =>
            Instances.map(({ InstanceId = '' }) => InstanceId),
          ),
        );
        ({ NextToken } = page);
      } while (NextToken !== undefined);
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.flat().toSorted()).toEqual(InstanceIds.toSorted());
      await ec2().terminateInstances({ InstanceIds });
      await eventually(async () => {
        await ec2().deleteSubnet({ SubnetId });
        return true;
      });
      await ec2().deleteVpc({ VpcId });
    });

    it('that makes no sense is refused with the reason', async () => {
      const ImageId = await imageId();
      const request = { ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const;
      const { Parameter } = await awsClients(world().endpoint, {
        region: 'us-east-1',
      }).ssm.getParameter({
        Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
      });
      const { Subnets = [] } = await awsClients(world().endpoint).ec2.describeSubnets();
      for (const [more, code] of [
        [{ ImageId: Parameter?.Value }, 'InvalidAMIID.NotFound'],
        [{ ImageId: 'image' }, 'InvalidAMIID.Malformed'],
        [{ ImageId: 'resolve:ssm:/no/such/parameter' }, 'SsmInvalidParameter'],
        [{ InstanceType: 't3.gigantic' }, 'InvalidParameterValue'],
        [{ InstanceType: 't4g.micro' }, 'InvalidParameterValue'],
        [{ SubnetId: Subnets[0]?.SubnetId }, 'InvalidSubnetID.NotFound'],
        [{ SecurityGroupIds: ['sg-0123456789abcdef0'] }, 'InvalidGroup.NotFound'],
        [{ KeyName: 'nobody' }, 'InvalidKeyPair.NotFound'],
        [{ MinCount: 2, MaxCount: 1 }, 'InvalidParameterValue'],
        [{ Placement: { AvailabilityZone: 'us-east-1a' } }, 'InvalidParameterValue'],
        [{ UserData: 'not base64!' }, 'InvalidUserData.Malformed'],
        [{ DryRun: true }, 'DryRunOperation'],
      ] as const) {
        // The table has names of instance types that the SDK's type does not know, as a user's typing error.
        const input = { ...request, ...more } as RunInstancesCommandInput;
        expect({ more, ...(await refusalOf(ec2().runInstances(input))) }).toMatchObject({
          more,
          code,
        });
      }
    });
  });

  describe('what can be launched', () => {
    it('is described, with where it is offered', async () => {
      const { InstanceTypes } = await ec2().describeInstanceTypes({
        InstanceTypes: ['t3.micro'],
      });
      expect(InstanceTypes?.[0]).toMatchObject({
        InstanceType: 't3.micro',
        VCpuInfo: { DefaultVCpus: 2 },
        MemoryInfo: { SizeInMiB: 1024 },
      });
      const { InstanceTypeOfferings = [] } = await ec2().describeInstanceTypeOfferings({
        LocationType: 'availability-zone',
        Filters: [{ Name: 'instance-type', Values: ['t3.micro'] }],
      });
      expect(InstanceTypeOfferings.map(({ Location = '' }) => Location).toSorted()).toEqual([
        'eu-north-1a',
        'eu-north-1b',
        'eu-north-1c',
      ]);
    });
  });
};
