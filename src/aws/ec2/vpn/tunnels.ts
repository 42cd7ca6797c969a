import type { VpnTunnelOptionsSpecification } from '@aws-sdk/client-ec2';
import type { DomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { takePublicAddress } from '../addresses/public-addresses.ts';
import { invalidParameterCombination, invalidParameterValue } from '../errors.ts';
import type { Tunnel } from './entities.ts';
import { connectionsOf } from './lookups.ts';
import { checkTunnel, tunnelOptionsOf } from './tunnel-options.ts';

type Asked = Plain<VpnTunnelOptionsSpecification>;

/** A /30 that no tunnel of the gateway has; the third byte keeps clear of the reserved ones. */
const freeInsideCidr = (tx: Tx, taken: ReadonlySet<string>): string => {
  const random = tx.random('ec2/vpn-tunnels');
  for (;;) {
    const cidr = `169.254.${10 + random.below(150)}.${4 * random.below(64)}/30`;
    if (!taken.has(cidr)) return cidr;
  }
};

/** Why these cannot be the two tunnels of a connection. */
const refusalOf = (
  asked: readonly Asked[],
  taken: ReadonlySet<string>,
): DomainError | undefined => {
  if (asked.length > 2) {
    return invalidParameterValue(
      'A VPN connection has two tunnels: TunnelOptions has at most two.',
    );
  }
  const refusal = asked.map(checkTunnel).find((error) => error !== undefined);
  if (refusal !== undefined) return refusal;
  const insides = asked.flatMap(({ TunnelInsideCidr: cidr }) => cidr ?? []);
  if (new Set(insides).size < insides.length) {
    return invalidParameterCombination(
      'The tunnels of a connection need different TunnelInsideCidr.',
    );
  }
  // "The specified CIDR blocks must be unique across all VPN connections that use the same virtual private gateway."
  const double = insides.find((cidr) => taken.has(cidr));
  return double === undefined
    ? undefined
    : invalidParameterValue(
        `Value (${double}) for parameter TunnelInsideCidr is invalid. Another VPN connection of the gateway uses it.`,
      );
};

/** The tunnels of a new connection: what the request leaves open is drawn. */
export const newTunnels = (
  tx: Tx,
  connectionId: string,
  vpnGatewayId: string,
  asked: readonly Asked[],
): readonly Tunnel[] | DomainError => {
  const taken = new Set(
    connectionsOf(tx, 'vpnGateway', vpnGatewayId).flatMap(({ tunnels }) =>
      tunnels.map(({ insideCidr }) => insideCidr),
    ),
  );
  const refusal = refusalOf(asked, taken);
  if (refusal !== undefined) return refusal;
  for (const { TunnelInsideCidr: cidr } of asked) if (cidr !== undefined) taken.add(cidr);
  return [0, 1].map((index) => {
    const one = asked[index] ?? {};
    const insideCidr = one.TunnelInsideCidr ?? freeInsideCidr(tx, taken);
    taken.add(insideCidr);
    return {
      outsideIpAddress: takePublicAddress(tx, connectionId),
      insideCidr,
      preSharedKey: one.PreSharedKey ?? `k${tx.random('ec2/vpn-keys').hex(31)}`,
      options: tunnelOptionsOf(one),
    };
  });
};
