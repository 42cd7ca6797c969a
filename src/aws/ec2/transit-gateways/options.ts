import type { GatewayToggle, Toggle, VpcAttachmentToggle } from './entities.ts';

/** What a transit gateway is when nobody says otherwise (TransitGatewayRequestOptions, Amazon EC2 API Reference). */
export const gatewayDefaults: Readonly<Record<GatewayToggle, Toggle>> = {
  AutoAcceptSharedAttachments: 'disable',
  DefaultRouteTableAssociation: 'enable',
  DefaultRouteTablePropagation: 'enable',
  DnsSupport: 'enable',
  MulticastSupport: 'disable',
  SecurityGroupReferencingSupport: 'disable',
  VpnEcmpSupport: 'enable',
};

/** CreateTransitGatewayVpcAttachmentRequestOptions, Amazon EC2 API Reference. */
export const vpcAttachmentDefaults: Readonly<Record<VpcAttachmentToggle, Toggle>> = {
  ApplianceModeSupport: 'disable',
  DnsSupport: 'enable',
  Ipv6Support: 'disable',
  SecurityGroupReferencingSupport: 'enable',
};

/** The switches after a request: what it does not name stays. */
export const switched = <Name extends string>(
  before: Readonly<Record<Name, Toggle>>,
  asked: { readonly [Key in Name]?: Toggle | undefined } | undefined,
): Readonly<Record<Name, Toggle>> => {
  const after: Record<Name, Toggle> = { ...before };
  // The keys of a record of switches are their names.
  for (const name of Object.keys(before) as Name[]) after[name] = asked?.[name] ?? before[name];
  return after;
};
