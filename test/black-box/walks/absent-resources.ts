import { describe, expect, it } from 'vitest';
import { absentResources } from '../../../src/aws/ec2/absent-resources.ts';
import { awsClients, refusalOf } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

/** Lists of what nobody has in EC2. */
export const walkAbsentResources = (world: () => Running): void => {
  describe('lists of what nobody has', () => {
    it.each(Object.keys(absentResources))('%s is empty', async (operation) => {
      const { ec2 } = awsClients(world().endpoint, { region: 'ap-south-1' });
      const method = operation.charAt(0).toLowerCase() + operation.slice(1);
      // The client has a method for every operation, by the operation's name.
      const call = Reflect.get(ec2, method) as (input: object) => Promise<object>;
      // DescribeByoipCidrs alone wants to be told how many.
      const answer = await call.call(ec2, operation.endsWith('Cidrs') ? { MaxResults: 5 } : {});
      const lists = Object.values(answer).filter((value) => Array.isArray(value));
      expect(lists).toEqual([[]]);
    });

    it('say that no VPC is linked to EC2-Classic', async () => {
      const { ec2 } = awsClients(world().endpoint, { region: 'ap-south-1' });
      const { Vpcs } = await ec2.describeVpcClassicLink({});
      expect(Vpcs).toMatchObject([{ ClassicLinkEnabled: false }]);
      const support = await ec2.describeVpcClassicLinkDnsSupport({});
      expect(support.Vpcs).toMatchObject([{ ClassicLinkDnsSupported: false }]);
    });

    it('hold nothing by an id either', async () => {
      const { ec2 } = awsClients(world().endpoint, { region: 'ap-south-1' });
      const TransitGatewayIds = ['tgw-0123456789abcdef0'];
      expect(await refusalOf(ec2.describeTransitGateways({ TransitGatewayIds }))).toMatchObject({
        code: 'InvalidTransitGatewayID.NotFound',
      });
    });
  });
};
