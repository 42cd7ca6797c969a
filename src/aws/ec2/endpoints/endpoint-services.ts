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
import file from './endpoint-services.json' with { type: 'json' };

/** Services that gateways lead to ("Gateway endpoints", AWS PrivateLink Guide; S3 Express One Zone has no other kind). */
const gatewayServices: ReadonlySet<string> = new Set(['s3', 'dynamodb', 's3express']);
const onlyGateways: ReadonlySet<string> = new Set(['s3express']);

/** Endpoint services by the last part of their names, with the host before the Region: `ecr.api` and `api.ecr`. */
const collected: ReadonlyMap<string, string> = new Map(Object.entries(file.hosts));

const collectedHosts: ReadonlySet<string> = new Set(collected.values());

/** The services of a Region that have endpoints: those collected, and younger ones, whose names are their hosts'. */
const hostsIn = (region: string): ReadonlyMap<string, string> => {
  const younger = servicesIn(region).flatMap(({ endpoint, global }) =>
    endpoint === undefined || global || endpoint.includes('.') || collectedHosts.has(endpoint)
      ? []
      : [[endpoint, endpoint] as const],
  );
  const gateways = [...gatewayServices].map((name) => [name, name] as const);
  return new Map([...gateways, ...younger, ...collected]);
};

const fullName = (region: string, name: string): string => `com.amazonaws.${region}.${name}`;

/** The last part of a service's name, such as `s3` or `ecr.api`; undefined where the Region has no such service. */
export const endpointServiceOf = (region: string, serviceName: string): string | undefined => {
  const prefix = fullName(region, '');
  if (!serviceName.startsWith(prefix)) return undefined;
  const name = serviceName.slice(prefix.length);
  return hostsIn(region).has(name) ? name : undefined;
};

/** The name by which programs call a service: what private DNS leads to an endpoint. */
export const privateNameOf = (region: string, name: string): string =>
  `${hostsIn(region).get(name) ?? name}.${region}.amazonaws.com`;

export const isGatewayService = (name: string): boolean => gatewayServices.has(name);

const typesOf = (name: string): readonly ('Gateway' | 'Interface')[] => {
  if (onlyGateways.has(name)) return ['Gateway'];
  return isGatewayService(name) ? ['Gateway', 'Interface'] : ['Interface'];
};

export const hasInterfaces = (name: string): boolean => typesOf(name).includes('Interface');

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
        PrivateDnsName: privateNameOf(view.shard, name),
        PrivateDnsNames: [{ PrivateDnsName: privateNameOf(view.shard, name) }],
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

/** DescribeVpcEndpointServices: which Region has which service is known of younger services alone. */
const describeVpcEndpointServices: Operation<
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult
> = (tx, input) => {
  const all = [...hostsIn(tx.shard).keys()]
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
