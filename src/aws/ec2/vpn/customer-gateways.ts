import type {
  CreateCustomerGatewayRequest,
  CreateCustomerGatewayResult,
  CustomerGateway as ApiCustomerGateway,
  DeleteCustomerGatewayRequest,
  DescribeCustomerGatewaysRequest,
  DescribeCustomerGatewaysResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { parseIpv4 } from '../../shared/ip-address.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { describeResources } from '../describe.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
} from '../errors.ts';
import { quotas } from '../launch/quotas.ts';
import { CustomerGateways, type CustomerGateway } from './entities.ts';
import { scheduleForgetting } from './life.ts';
import { connectionsOf, customerGatewayById } from './lookups.ts';

/** BgpAsn has the numbers below this, BgpAsnExtended those from it on. */
const extendedAsn = 2_147_483_648;

const answerOf = (view: View, gateway: CustomerGateway): Plain<ApiCustomerGateway> => ({
  CustomerGatewayId: gateway.id,
  State: gateway.state,
  Type: 'ipsec.1',
  [gateway.bgpAsn < extendedAsn ? 'BgpAsn' : 'BgpAsnExtended']: String(gateway.bgpAsn),
  IpAddress: gateway.ipAddress ?? undefined,
  CertificateArn: gateway.certificateArn ?? undefined,
  DeviceName: gateway.deviceName ?? undefined,
  Tags: tagsOf(view, gateway.id),
});

/** "Default: 65000. Valid values: 1 to 2,147,483,647"; extended "2,147,483,648 to 4,294,967,295". */
const asnOf = ({
  BgpAsn,
  BgpAsnExtended,
}: Plain<CreateCustomerGatewayRequest>): number | DomainError => {
  if (BgpAsn !== undefined && BgpAsnExtended !== undefined) {
    return invalidParameterCombination(
      'The parameters BgpAsn and BgpAsnExtended cannot be used together',
    );
  }
  const asn = BgpAsn ?? BgpAsnExtended ?? 65_000;
  const [least, most] =
    BgpAsnExtended === undefined ? [1, extendedAsn - 1] : [extendedAsn, 4_294_967_295];
  return asn >= least && asn <= most
    ? asn
    : invalidParameterValue(
        `Value (${asn}) for parameter bgpAsn is invalid. Invalid BGP ASN: must be between ${least} and ${most}.`,
      );
};

type Asked = Omit<CustomerGateway, 'id' | 'state'>;

const askedOf = (input: Plain<CreateCustomerGatewayRequest>): Asked | DomainError => {
  const { IpAddress, PublicIp, CertificateArn: certificateArn = null } = input;
  if (IpAddress !== undefined && PublicIp !== undefined) {
    return invalidParameterCombination(
      'The parameters IpAddress and PublicIp cannot be used together',
    );
  }
  const ipAddress = IpAddress ?? PublicIp ?? null;
  if (ipAddress === null && certificateArn === null) return missingParameter('ipAddress');
  if (ipAddress !== null && parseIpv4(ipAddress) === undefined) {
    return invalidParameterValue(
      `Value (${ipAddress}) for parameter ipAddress is invalid. Invalid IP address.`,
    );
  }
  if (
    certificateArn !== null &&
    !/^arn:[^:]+:acm:[^:]+:\d{12}:certificate\/.+$/.test(certificateArn)
  ) {
    return invalidParameterValue(
      `Value (${certificateArn}) for parameter certificateArn is invalid.`,
    );
  }
  const bgpAsn = asnOf(input);
  if (isDomainError(bgpAsn)) return bgpAsn;
  return { bgpAsn, ipAddress, certificateArn, deviceName: input.DeviceName ?? null };
};

/**
 * CreateCustomerGateway: "An identical request returns information about the existing customer gateway; it doesn't create a new
 * customer gateway."
 */
export const createCustomerGateway: Operation<
  CreateCustomerGatewayRequest,
  CreateCustomerGatewayResult
> = (tx, input) => {
  const asked = askedOf(input);
  if (isDomainError(asked)) return asked;
  const { type, prefix } = kinds.customerGateway;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  const all = tx.list(CustomerGateways).filter(({ state }) => state === 'available');
  const same = all.find(
    (one) =>
      one.bgpAsn === asked.bgpAsn &&
      one.ipAddress === asked.ipAddress &&
      one.certificateArn === asked.certificateArn &&
      one.deviceName === asked.deviceName,
  );
  if (same !== undefined) return { CustomerGateway: answerOf(tx, same) };
  if (all.length >= quotas.customerGatewaysPerRegion) {
    return limitExceeded('CustomerGatewayLimitExceeded', 'customer gateways');
  }
  const gateway: CustomerGateway = { ...asked, id: newResourceId(tx, prefix), state: 'available' };
  tx.put(CustomerGateways, gateway);
  return addTags(tx, gateway.id, type, tags) ?? { CustomerGateway: answerOf(tx, gateway) };
};

const fields: FilterFields<CustomerGateway> = {
  'bgp-asn': (gateway) => gateway.bgpAsn,
  'customer-gateway-id': (gateway) => gateway.id,
  'device-name': (gateway) => gateway.deviceName ?? undefined,
  'ip-address': (gateway) => gateway.ipAddress ?? undefined,
  state: (gateway) => gateway.state,
  type: () => 'ipsec.1',
};

export const describeCustomerGateways: Operation<
  DescribeCustomerGatewaysRequest,
  DescribeCustomerGatewaysResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    CustomerGateways,
    kinds.customerGateway,
    { Filters: input.Filters, ids: input.CustomerGatewayIds },
    fields,
  );
  return isDomainError(page)
    ? page
    : { CustomerGateways: page.items.map((gateway) => answerOf(tx, gateway)) };
};

/** DeleteCustomerGateway: "You must delete the VPN connection before you can delete the customer gateway." */
export const deleteCustomerGateway: Operation<
  DeleteCustomerGatewayRequest,
  Record<string, never>
> = (tx, input) => {
  const gateway = customerGatewayById(tx, input.CustomerGatewayId);
  if (isDomainError(gateway)) return gateway;
  if (connectionsOf(tx, 'customerGateway', gateway.id).length > 0) {
    return new DomainError('IncorrectState', 'The customer gateway is in use.');
  }
  tx.put(CustomerGateways, { ...gateway, state: 'deleted' });
  scheduleForgetting(tx, gateway.id);
  return {};
};
