import { ServiceQuotas } from '@aws-sdk/client-service-quotas';
import { describe, expect, it } from 'vitest';
import { awsClient, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const eips = { ServiceCode: 'ec2', QuotaCode: 'L-0263D0A3' };

/** Quotas: listed, raised, tagged. */
export const walkQuotas = (world: () => Running): void => {
  const quotas = (): ServiceQuotas =>
    awsClient(ServiceQuotas, world().endpoint, {
      region: 'eu-west-1',
      accessKeyId: '333344449999',
    });

  describe('quotas', () => {
    it('are listed by service', async () => {
      const { Services } = await quotas().listServices({});
      expect(given(Services).map(({ ServiceCode }) => ServiceCode)).toContain('vpc');
      const { Quotas } = await quotas().listServiceQuotas({ ServiceCode: 'ec2' });
      expect(given(Quotas)).toContainEqual(
        expect.objectContaining({ QuotaName: 'EC2-VPC Elastic IPs', Value: 5 }),
      );
      const usual = await quotas().listAWSDefaultServiceQuotas({ ServiceCode: 'ec2' });
      expect(given(usual.Quotas)).toHaveLength(given(Quotas).length);
    });

    it('are raised when somebody asks', async () => {
      const { RequestedQuota } = await quotas().requestServiceQuotaIncrease({
        ...eips,
        DesiredValue: 12,
      });
      const RequestId = given(given(RequestedQuota).Id);
      expect(
        await eventually(async () => {
          const found = await quotas().getRequestedServiceQuotaChange({ RequestId });
          return found.RequestedQuota?.Status === 'APPROVED' ? found.RequestedQuota : undefined;
        }, 30_000),
      ).toMatchObject({ DesiredValue: 12 });
      const { Quota } = await quotas().getServiceQuota(eips);
      expect(Quota?.Value).toBe(12);
      expect((await quotas().getAWSDefaultServiceQuota(eips)).Quota?.Value).toBe(5);
      const all = await quotas().listRequestedServiceQuotaChangeHistory({ ServiceCode: 'ec2' });
      const own = await quotas().listRequestedServiceQuotaChangeHistoryByQuota(eips);
      expect(own.RequestedQuotas).toEqual(all.RequestedQuotas);
      expect(
        await refusalOf(quotas().requestServiceQuotaIncrease({ ...eips, DesiredValue: 3 })),
      ).toMatchObject({ code: 'IllegalArgumentException' });
    });

    it('have tags', async () => {
      const { Quota } = await quotas().getServiceQuota(eips);
      const ResourceARN = given(given(Quota).QuotaArn);
      const Tags = [{ Key: 'team', Value: 'shop' }];
      await quotas().tagResource({ ResourceARN, Tags });
      expect((await quotas().listTagsForResource({ ResourceARN })).Tags).toEqual(Tags);
      await quotas().untagResource({ ResourceARN, TagKeys: ['team'] });
      expect((await quotas().listTagsForResource({ ResourceARN })).Tags).toEqual([]);
    });
  });
};
