import type { TunnelOption, VpnConnection as ApiVpnConnection } from '@aws-sdk/client-ec2';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { tagsOf } from '../../shared/tags.ts';
import { configurationOf } from './configuration.ts';
import { CustomerGateways, VpnGateways, type Tunnel, type VpnConnection } from './entities.ts';

const listOf = <V>(values: readonly V[] | undefined): { readonly Value: V }[] | undefined =>
  values?.map((Value) => ({ Value }));

/** Only what was asked for is shown of a tunnel's options, as AWS does. */
const tunnelAnswer = ({ options, ...tunnel }: Tunnel): Plain<TunnelOption> => ({
  OutsideIpAddress: tunnel.outsideIpAddress,
  TunnelInsideCidr: tunnel.insideCidr,
  PreSharedKey: tunnel.preSharedKey,
  Phase1LifetimeSeconds: options.phase1LifetimeSeconds,
  Phase2LifetimeSeconds: options.phase2LifetimeSeconds,
  RekeyMarginTimeSeconds: options.rekeyMarginTimeSeconds,
  RekeyFuzzPercentage: options.rekeyFuzzPercentage,
  ReplayWindowSize: options.replayWindowSize,
  DpdTimeoutSeconds: options.dpdTimeoutSeconds,
  DpdTimeoutAction: options.dpdTimeoutAction,
  StartupAction: options.startupAction,
  EnableTunnelLifecycleControl: options.enableTunnelLifecycleControl,
  Phase1EncryptionAlgorithms: listOf(options.phase1EncryptionAlgorithms),
  Phase2EncryptionAlgorithms: listOf(options.phase2EncryptionAlgorithms),
  Phase1IntegrityAlgorithms: listOf(options.phase1IntegrityAlgorithms),
  Phase2IntegrityAlgorithms: listOf(options.phase2IntegrityAlgorithms),
  Phase1DHGroupNumbers: listOf(options.phase1DhGroupNumbers),
  Phase2DHGroupNumbers: listOf(options.phase2DhGroupNumbers),
  IkeVersions: listOf(options.ikeVersions),
});

/** A connection as answers have it. Nobody is at the other end of a tunnel, so that it is down. */
export const connectionAnswer = (
  view: View,
  connection: VpnConnection,
): Plain<ApiVpnConnection> => {
  const isThere = connection.state === 'pending' || connection.state === 'available';
  return {
    VpnConnectionId: connection.id,
    State: connection.state,
    Type: 'ipsec.1',
    Category: 'VPN',
    CustomerGatewayId: connection.customerGatewayId,
    VpnGatewayId: connection.vpnGatewayId,
    GatewayAssociationState: 'associated',
    ...(isThere
      ? {
          CustomerGatewayConfiguration: configurationOf(
            connection,
            view.get(CustomerGateways, connection.customerGatewayId),
            view.get(VpnGateways, connection.vpnGatewayId),
          ),
        }
      : {}),
    Options: {
      EnableAcceleration: false,
      StaticRoutesOnly: connection.staticRoutesOnly,
      LocalIpv4NetworkCidr: connection.localIpv4NetworkCidr,
      RemoteIpv4NetworkCidr: connection.remoteIpv4NetworkCidr,
      OutsideIpAddressType: 'PublicIpv4',
      TunnelInsideIpVersion: 'ipv4',
      TunnelOptions: connection.tunnels.map(tunnelAnswer),
    },
    Routes: connection.routes.map((DestinationCidrBlock) => ({
      DestinationCidrBlock,
      State: 'available',
    })),
    VgwTelemetry: isThere
      ? connection.tunnels.map(({ outsideIpAddress }) => ({
          OutsideIpAddress: outsideIpAddress,
          Status: 'DOWN',
          StatusMessage: '',
          AcceptedRouteCount: 0,
          LastStatusChange: connection.createdAt,
        }))
      : [],
    Tags: tagsOf(view, connection.id),
  };
};
