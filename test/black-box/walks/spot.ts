import type { EC2, SpotInstanceRequest } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'ap-northeast-2';

/** Spot Instances: requests for them, and what they cost. */
export const walkSpot = (world: () => Running): void => {
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

  const requestOf = async (id: string): Promise<SpotInstanceRequest> => {
    const { SpotInstanceRequests } = await ec2().describeSpotInstanceRequests({
      SpotInstanceRequestIds: [id],
    });
    return given(SpotInstanceRequests?.[0]);
  };

  describe('Spot Instances', () => {
    it('come by RunInstances at once', async () => {
      const { Instances } = await ec2().runInstances({
        ImageId: await imageId(),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        InstanceMarketOptions: { MarketType: 'spot' },
      });
      expect(Instances?.[0]).toMatchObject({ InstanceLifecycle: 'spot' });
      const request = await requestOf(given(Instances?.[0]?.SpotInstanceRequestId));
      expect(request).toMatchObject({ State: 'active', Status: { Code: 'fulfilled' } });
      await ec2().terminateInstances({ InstanceIds: [given(request.InstanceId)] });
      expect((await requestOf(given(request.SpotInstanceRequestId))).State).toBe('closed');
    });

    it('come by a request a moment later, until it is cancelled', async () => {
      const { SpotInstanceRequests } = await ec2().requestSpotInstances({
        InstanceCount: 1,
        Type: 'persistent',
        LaunchSpecification: { ImageId: await imageId(), InstanceType: 't3.micro' },
        TagSpecifications: [
          { ResourceType: 'spot-instances-request', Tags: [{ Key: 'team', Value: 'shop' }] },
        ],
      });
      const id = given(SpotInstanceRequests?.[0]?.SpotInstanceRequestId);
      const active = await eventually(async () => {
        const request = await requestOf(id);
        return request.State === 'active' && request;
      });
      expect(active.Tags).toEqual([{ Key: 'team', Value: 'shop' }]);
      const { CancelledSpotInstanceRequests } = await ec2().cancelSpotInstanceRequests({
        SpotInstanceRequestIds: [id],
      });
      expect(CancelledSpotInstanceRequests).toEqual([
        { SpotInstanceRequestId: id, State: 'cancelled' },
      ]);
      await ec2().terminateInstances({ InstanceIds: [given(active.InstanceId)] });
      expect(
        await refusalOf(
          ec2().cancelSpotInstanceRequests({ SpotInstanceRequestIds: ['sir-0123abcd'] }),
        ),
      ).toMatchObject({ code: 'InvalidSpotInstanceRequestID.NotFound' });
    });

    it('have a price in each zone', async () => {
      const now = new Date();
      const { SpotPriceHistory = [] } = await ec2().describeSpotPriceHistory({
        InstanceTypes: ['t3.micro'],
        ProductDescriptions: ['Linux/UNIX'],
        AvailabilityZone: `${region}a`,
        MaxResults: 1,
      });
      expect(SpotPriceHistory).toMatchObject([
        { InstanceType: 't3.micro', SpotPrice: expect.stringMatching(/^0\.0/) },
      ]);
      expect(SpotPriceHistory[0]?.Timestamp?.getTime()).toBeGreaterThan(
        now.getTime() - 2 * 86_400_000,
      );
    });
  });
};
