import type { Address, EC2, Instance, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { afterAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'ca-central-1';

/** Elastic IPs and network interfaces, and what they do to instances. */
export const walkAddresses = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;
  const launched: string[] = [];

  const instanceOf = async (id: string): Promise<Instance> => {
    const { Reservations } = await ec2().describeInstances({ InstanceIds: [id] });
    return given(Reservations?.[0]?.Instances?.[0]);
  };

  const untilState = async (id: string, state: string): Promise<Instance> =>
    await eventually(async () => {
      const instance = await instanceOf(id);
      return instance.State?.Name === state && instance;
    });

  const launch = async (more: Partial<RunInstancesCommandInput> = {}): Promise<Instance> => {
    const { Images = [] } = await ec2().describeImages({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    });
    const { Instances = [] } = await ec2().runInstances({
      ImageId: given(Images[0]?.ImageId),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
    const id = given(Instances[0]?.InstanceId);
    launched.push(id);
    return await untilState(id, 'running');
  };

  const addressOf = async (AllocationId: string): Promise<Address> => {
    const { Addresses } = await ec2().describeAddresses({ AllocationIds: [AllocationId] });
    return given(Addresses?.[0]);
  };

  afterAll(async () => {
    if (launched.length > 0) await ec2().terminateInstances({ InstanceIds: launched });
  });

  describe('an Elastic IP', () => {
    it('is allocated, leads to one instance and then to another, and is released', async () => {
      const first = await launch();
      const second = await launch();
      const allocated = await ec2().allocateAddress({
        Domain: 'vpc',
        TagSpecifications: [
          { ResourceType: 'elastic-ip', Tags: [{ Key: 'Name', Value: 'front' }] },
        ],
      });
      const AllocationId = given(allocated.AllocationId);
      const { AssociationId } = await ec2().associateAddress({
        AllocationId,
        InstanceId: first.InstanceId,
      });
      expect(await addressOf(AllocationId)).toMatchObject({
        AssociationId,
        InstanceId: first.InstanceId,
        PrivateIpAddress: first.PrivateIpAddress,
        PublicIp: allocated.PublicIp,
        Tags: [{ Key: 'Name', Value: 'front' }],
      });
      expect(
        await refusalOf(
          ec2().associateAddress({
            AllocationId,
            InstanceId: second.InstanceId,
            AllowReassociation: false,
          }),
        ),
      ).toMatchObject({ code: 'Resource.AlreadyAssociated' });
      const again = await ec2().associateAddress({ AllocationId, InstanceId: second.InstanceId });
      const id = given(second.InstanceId);
      await ec2().stopInstances({ InstanceIds: [id] });
      expect((await untilState(id, 'stopped')).PublicIpAddress).toBe(allocated.PublicIp);
      await ec2().disassociateAddress({ AssociationId: again.AssociationId });
      await ec2().modifyAddressAttribute({ AllocationId, DomainName: 'mail.example.com' });
      const { Addresses } = await ec2().describeAddressesAttribute({
        AllocationIds: [AllocationId],
        Attribute: 'domain-name',
      });
      expect(Addresses?.[0]?.PtrRecord).toBe('mail.example.com.');
      await ec2().resetAddressAttribute({ AllocationId, Attribute: 'domain-name' });
      const there = awsClients(world().endpoint, { region: 'sa-east-1' }).ec2;
      expect(await refusalOf(there.releaseAddress({ AllocationId }))).toMatchObject({
        code: 'InvalidAllocationID.NotFound',
      });
      await ec2().releaseAddress({ AllocationId });
      expect(
        await refusalOf(ec2().describeAddresses({ AllocationIds: [AllocationId] })),
      ).toMatchObject({ code: 'InvalidAllocationID.NotFound' });
    });
  });

  describe('a network interface', () => {
    it('is made, given addresses, attached, changed, detached and deleted', async () => {
      const { InstanceId, SubnetId } = await launch();
      const { NetworkInterface } = await ec2().createNetworkInterface({
        SubnetId,
        Description: 'second',
      });
      const NetworkInterfaceId = given(NetworkInterface?.NetworkInterfaceId);
      const { AssignedPrivateIpAddresses = [] } = await ec2().assignPrivateIpAddresses({
        NetworkInterfaceId,
        SecondaryPrivateIpAddressCount: 1,
      });
      const secondary = given(AssignedPrivateIpAddresses[0]?.PrivateIpAddress);
      const { AttachmentId } = await ec2().attachNetworkInterface({
        NetworkInterfaceId,
        InstanceId,
        DeviceIndex: 1,
      });
      const { AllocationId } = await ec2().allocateAddress();
      await ec2().associateAddress({
        AllocationId,
        NetworkInterfaceId,
        PrivateIpAddress: secondary,
      });
      const { NetworkInterfaces } = await ec2().describeNetworkInterfaces({
        Filters: [{ Name: 'addresses.private-ip-address', Values: [secondary] }],
      });
      expect(NetworkInterfaces).toMatchObject([
        {
          NetworkInterfaceId,
          Attachment: { AttachmentId, InstanceId, DeviceIndex: 1 },
          PrivateIpAddresses: [{ Primary: true }, { Association: { AllocationId } }],
        },
      ]);
      await ec2().modifyNetworkInterfaceAttribute({
        NetworkInterfaceId,
        Description: { Value: 'changed' },
      });
      const { Description } = await ec2().describeNetworkInterfaceAttribute({
        NetworkInterfaceId,
        Attribute: 'description',
      });
      expect(Description?.Value).toBe('changed');
      await ec2().resetNetworkInterfaceAttribute({ NetworkInterfaceId, SourceDestCheck: 'true' });
      await ec2().unassignPrivateIpAddresses({
        NetworkInterfaceId,
        PrivateIpAddresses: [secondary],
      });
      expect((await addressOf(given(AllocationId))).AssociationId).toBeUndefined();
      await ec2().releaseAddress({ AllocationId });
      expect(await refusalOf(ec2().deleteNetworkInterface({ NetworkInterfaceId }))).toMatchObject({
        code: 'InvalidParameterValue',
      });
      await ec2().detachNetworkInterface({ AttachmentId });
      await ec2().deleteNetworkInterface({ NetworkInterfaceId });
    });
  });
};
