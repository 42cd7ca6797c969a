import type { View } from '../../../world/transaction.ts';
import type { NetworkInterface } from '../instances/instance-entities.ts';
import { tableOfGateway } from '../network/gateway-route-tables.ts';
import { routeFor } from './route-for.ts';

/**
 * Why packets that arrive at an internet gateway do not come to an interface: the gateway's route table leads them to another
 * one, which forwards nothing. Undefined when they come.
 */
export const detourOf = (
  view: View,
  gatewayId: string,
  { id, privateIpAddress }: Pick<NetworkInterface, 'id' | 'privateIpAddress'>,
): string | undefined => {
  const table = tableOfGateway(view, gatewayId);
  const target =
    table === undefined ? 'local' : (routeFor(view, table, privateIpAddress)?.gatewayId ?? 'local');
  return target === 'local' || target === id
    ? undefined
    : `the route table ${table?.id ?? ''} of ${gatewayId} leads what arrives for ${privateIpAddress} to ${target}, which does not forward it`;
};
