import type {
  DescribeVpcClassicLinkDnsSupportRequest,
  DescribeVpcClassicLinkDnsSupportResult,
  DescribeVpcClassicLinkRequest,
  DescribeVpcClassicLinkResult,
} from '@aws-sdk/client-ec2';
import { isDomainError } from '../../../world/domain-error.ts';
import type { Operation } from '../../operation.ts';
import { describeResources } from '../describe.ts';
import { Vpcs } from '../entities.ts';
import { kinds } from '../errors.ts';
import { tagsOf } from '../../shared/tags.ts';

/**
 * DescribeVpcClassicLink: EC2-Classic is retired, and no VPC is linked to it. Programs of its time ask whether theirs is, and
 * expect to find it in the answer (ec2_vpc_net of amazon.aws before 6.0, aws_vpc of Terraform's provider before 5.0).
 */
const describeVpcClassicLink: Operation<
  DescribeVpcClassicLinkRequest,
  DescribeVpcClassicLinkResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    Vpcs,
    kinds.vpc,
    { ids: input.VpcIds, Filters: input.Filters },
    { 'is-classic-link-enabled': () => 'false' },
  );
  if (isDomainError(page)) return page;
  return {
    Vpcs: page.items.map((vpc) => ({
      VpcId: vpc.id,
      ClassicLinkEnabled: false,
      Tags: tagsOf(tx, vpc.id),
    })),
  };
};

/** DescribeVpcClassicLinkDnsSupport: likewise. */
const describeVpcClassicLinkDnsSupport: Operation<
  DescribeVpcClassicLinkDnsSupportRequest,
  DescribeVpcClassicLinkDnsSupportResult
> = (tx, { VpcIds: ids = [], ...paging }) => {
  // Unlike others this operation takes ids and a page size together.
  const request = ids.length > 0 ? { ids } : paging;
  const page = describeResources(tx, Vpcs, kinds.vpc, request, {});
  if (isDomainError(page)) return page;
  return {
    Vpcs: page.items.map((vpc) => ({ VpcId: vpc.id, ClassicLinkDnsSupported: false })),
    NextToken: page.nextToken,
  };
};

/** What VPCs have to do with EC2-Classic: nothing. */
export const classicLinkOperations = {
  DescribeVpcClassicLink: describeVpcClassicLink,
  DescribeVpcClassicLinkDnsSupport: describeVpcClassicLinkDnsSupport,
};
