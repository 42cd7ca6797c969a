import type {
  DescribePrefixListsRequest,
  DescribePrefixListsResult,
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
  ServiceDetail,
} from '@aws-sdk/client-ec2';
import { hashHex } from '../../../atlas/hash.ts';
import { servicesIn } from '../../../atlas/services.ts';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { prefixListIdOf } from '../prefix-lists/aws-prefix-lists.ts';
import { accountZones } from '../../shared/account-zones.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';

/** Services that gateways lead to ("Gateway endpoints", AWS PrivateLink Guide). */
const gatewayServices: ReadonlySet<string> = new Set(['s3', 'dynamodb']);

/** Names of Systems Manager's channels, which no list of services has ("VPC endpoints", Systems Manager User Guide). */
const channels = ['ec2messages', 'ssmmessages'] as const;

/** The services of a Region that have endpoints, by the last part of their names. */
const namesIn = (region: string): readonly string[] => [
  ...new Set([
    ...servicesIn(region).flatMap(({ endpoint, global }) =>
      endpoint === undefined || global ? [] : endpoint,
    ),
    ...channels,
    's3',
    'dynamodb',
  ]),
];

const fullName = (region: string, name: string): string => `com.amazonaws.${region}.${name}`;

/** The last part of a service's name, such as `s3` or `ecr.api`; undefined where the Region has no such service. */
export const endpointServiceOf = (region: string, serviceName: string): string | undefined => {
  const prefix = fullName(region, '');
  if (!serviceName.startsWith(prefix)) return undefined;
  const name = serviceName.slice(prefix.length);
  const known = new Set(namesIn(region));
  // Host names and endpoint services write parts in opposite order: api.ecr and ecr.api.
  const reversed = name.split('.').toReversed().join('.');
  return known.has(name) || known.has(reversed) || known.has(name.split('.')[0] ?? '')
    ? name
    : undefined;
};

export const isGatewayService = (name: string): boolean => gatewayServices.has(name);

const typesOf = (name: string): readonly ('Gateway' | 'Interface')[] =>
  isGatewayService(name) ? ['Gateway', 'Interface'] : ['Interface'];

const detailOf = (
  view: View,
  name: string,
  type: 'Gateway' | 'Interface',
): Plain<ServiceDetail> => ({
  ServiceName: fullName(view.shard, name),
  ServiceId: `vpce-svc-${hashHex(16, 0, 'ec2/endpoint-services', view.shard, name, type)}0`,
  ServiceType: [{ ServiceType: type }],
  ServiceRegion: view.shard,
  AvailabilityZones: accountZones(view).map((zone) => zone.name),
  AvailabilityZoneIds: accountZones(view).map((zone) => zone.id),
  Owner: 'amazon',
  BaseEndpointDnsNames: [`${name}.${view.shard}.vpce.amazonaws.com`],
  ...(type === 'Interface'
    ? {
        PrivateDnsName: `${name}.${view.shard}.amazonaws.com`,
        PrivateDnsNames: [{ PrivateDnsName: `${name}.${view.shard}.amazonaws.com` }],
      }
    : {}),
  VpcEndpointPolicySupported: true,
  AcceptanceRequired: false,
  ManagesVpcEndpoints: false,
  Tags: [],
  PrivateDnsNameVerificationState: 'verified',
  SupportedIpAddressTypes: ['ipv4'],
});

const serviceFields: FilterFields<Plain<ServiceDetail>> = {
  owner: (detail) => detail.Owner,
  'service-name': (detail) => detail.ServiceName,
  'service-region': (detail) => detail.ServiceRegion,
  'service-type': (detail) => detail.ServiceType?.[0]?.ServiceType,
  'supported-ip-address-types': (detail) => detail.SupportedIpAddressTypes,
};

/**
 * DescribeVpcEndpointServices: which of its services AWS offers in a VPC is in no list here, so that every service with an
 * endpoint in the Region is one.
 */
const describeVpcEndpointServices: Operation<
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult
> = (tx, input) => {
  const all = namesIn(tx.shard)
    .toSorted()
    .flatMap((name) => typesOf(name).map((type) => detailOf(tx, name, type)));
  const asked = input.ServiceNames ?? [];
  const strange = asked.filter((name) => endpointServiceOf(tx.shard, name) === undefined);
  if (strange.length > 0) return noSuchService(strange.join(', '));
  const named = all.filter(
    ({ ServiceName = '' }) => asked.length === 0 || asked.includes(ServiceName),
  );
  const kept = applyFilters(named, input.Filters, serviceFields, () => []);
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults },
    ({ ServiceId = '' }) => ServiceId,
  );
  if (isDomainError(page)) return page;
  return {
    ServiceNames: [...new Set(page.items.map(({ ServiceName = '' }) => ServiceName))],
    ServiceDetails: page.items,
    NextToken: page.nextToken,
  };
};

export const noSuchService = (name: string): DomainError =>
  new DomainError('InvalidServiceName', `The Vpc Endpoint Service '${name}' does not exist`);

interface PrefixListAnswer {
  readonly PrefixListId: string;
  readonly PrefixListName: string;
  readonly Cidrs: string[];
}

const prefixListFields: FilterFields<PrefixListAnswer> = {
  'prefix-list-id': (list) => list.PrefixListId,
  'prefix-list-name': (list) => list.PrefixListName,
};

/** DescribePrefixLists: those of the services that gateways lead to. Which addresses AWS has in them is not known here. */
const describePrefixLists: Operation<DescribePrefixListsRequest, DescribePrefixListsResult> = (
  tx,
  input,
) => {
  const all = [...gatewayServices].map((name): PrefixListAnswer => ({
    PrefixListId: prefixListIdOf(tx.shard, name),
    PrefixListName: fullName(tx.shard, name),
    Cidrs: [],
  }));
  const ids = input.PrefixListIds ?? [];
  const strange = ids.find((id) => all.every((list) => list.PrefixListId !== id));
  if (strange !== undefined) {
    return new DomainError(
      'InvalidPrefixListID.NotFound',
      `The prefix list ID '${strange}' does not exist`,
    );
  }
  const named = all.filter((list) => ids.length === 0 || ids.includes(list.PrefixListId));
  const kept = applyFilters(named, input.Filters, prefixListFields, () => []);
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults },
    (list) => list.PrefixListId,
  );
  return isDomainError(page) ? page : { PrefixLists: page.items, NextToken: page.nextToken };
};

/** What endpoints lead to. */
export const endpointServiceOperations = {
  DescribePrefixLists: describePrefixLists,
  DescribeVpcEndpointServices: describeVpcEndpointServices,
};
