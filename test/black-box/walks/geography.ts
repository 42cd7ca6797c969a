import { describe, expect, it } from 'vitest';
import { awsClients, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

/** Where AWS is, what it has there and what that costs, as programs ask for it. */
export const walkGeography = (world: () => Running): void => {
  const as = (accessKeyId: string, region = 'us-east-1'): ReturnType<typeof awsClients> =>
    awsClients(world().endpoint, { accessKeyId, region });

  describe('Local Zones', () => {
    it('are there to be opted in to, and are listed then', async () => {
      const { ec2 } = as('777700001111', 'us-west-2');
      const zoneType = [{ Name: 'zone-type', Values: ['local-zone'] }];
      const { AvailabilityZones: none } = await ec2.describeAvailabilityZones({
        Filters: zoneType,
      });
      expect(none).toEqual([]);
      const GroupName = 'us-west-2-lax-1';
      expect(
        await ec2.modifyAvailabilityZoneGroup({ GroupName, OptInStatus: 'opted-in' }),
      ).toMatchObject({ Return: true });
      const { AvailabilityZones = [] } = await ec2.describeAvailabilityZones({
        Filters: zoneType,
      });
      expect(AvailabilityZones.map(({ ZoneId }) => ZoneId)).toEqual([
        'usw2-lax1-az1',
        'usw2-lax1-az2',
      ]);
      expect(AvailabilityZones[0]).toMatchObject({
        OptInStatus: 'opted-in',
        NetworkBorderGroup: GroupName,
        ParentZoneId: expect.stringMatching(/^usw2-az[1-4]$/),
      });
    });
  });

  describe('Regions of other partitions', () => {
    it.each(['cn-north-1', 'us-gov-west-1', 'eusc-de-east-1'])(
      '%s refuses and says whose it is',
      async (region) => {
        const refusal = await refusalOf(as('test', region).ec2.describeVpcs());
        expect(refusal.status).toBe(400);
        expect(refusal.message).toMatch(/partition '(aws-cn|aws-us-gov|aws-eusc)'/);
      },
    );
  });

  describe('Lightsail', () => {
    it('lists its Regions with their zones, and has an endpoint in these alone', async () => {
      const { regions = [] } = await as('test').lightsail.getRegions({
        includeAvailabilityZones: true,
      });
      expect(regions.map(({ name }) => name)).toContain('eu-west-1');
      for (const region of regions) expect(region.availabilityZones).not.toEqual([]);
      const refusal = await refusalOf(as('test', 'us-west-1').lightsail.getRegions());
      expect(refusal.message).toContain("no endpoint in 'us-west-1'");
    });
  });

  describe('prices', () => {
    it('are found as in the price list of AWS', async () => {
      const { pricing } = as('test');
      const { Services = [] } = await pricing.describeServices();
      expect(Services.map(({ ServiceCode }) => ServiceCode)).toContain('AmazonEC2');
      const { AttributeValues } = await pricing.getAttributeValues({
        ServiceCode: 'AmazonEC2',
        AttributeName: 'productFamily',
      });
      expect(AttributeValues).toContainEqual({ Value: 'Compute Instance' });
      const { PriceList = [] } = await pricing.getProducts({
        ServiceCode: 'AmazonEC2',
        Filters: [
          { Type: 'TERM_MATCH', Field: 'instanceType', Value: 'm5.large' },
          { Type: 'TERM_MATCH', Field: 'regionCode', Value: 'eu-west-1' },
        ],
      });
      expect(PriceList).toHaveLength(1);
      const { product, terms, publicationDate } = JSON.parse(String(PriceList[0]));
      expect(product.attributes).toMatchObject({ location: 'EU (Ireland)', vcpu: '2' });
      expect(publicationDate).toMatch(/^2026-/);
      expect(JSON.stringify(terms)).toContain('"USD":"0.1070000000"');
    });

    it('are asked for in three Regions, as at AWS', async () => {
      for (const region of ['us-east-1', 'eu-central-1', 'ap-south-1']) {
        const { Services } = await as('test', region).pricing.describeServices();
        expect(Services).toHaveLength(4);
      }
      const refusal = await refusalOf(as('test', 'eu-west-1').pricing.describeServices());
      expect(refusal.code).toBe('UnknownEndpoint');
    });
  });
};
