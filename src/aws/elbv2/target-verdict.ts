import type { View } from '../../world/transaction.ts';
import { privateAddressesOf } from '../ec2/addresses/associations.ts';
import { primaryInterface } from '../ec2/instances/instance-answer.ts';
import type { NetworkInterface } from '../ec2/instances/instance-entities.ts';
import { interfacesOf } from '../ec2/network-interfaces/network-interfaces.ts';
import { allows } from '../ec2/traffic/allows.ts';
import { accepted, type Verdict } from '../ec2/traffic/verdict.ts';
import type { Target } from './entities.ts';
import { isAddressTarget, type TargetServer } from './target-use.ts';

/**
 * Whether a node, which sends from the interface `from` with the security groups of its load balancer, may begin a
 * connection to a port of a target. Without a server behind the target nothing stands in the way.
 */
export const verdictToTarget = (
  view: View,
  from: NetworkInterface | undefined,
  target: Target,
  server: TargetServer | undefined,
  port: number,
): Verdict => {
  const primary = server === undefined ? undefined : primaryInterface(server.view, server.instance);
  if (from === undefined || server === undefined || primary === undefined) return accepted;
  const address = isAddressTarget(target) ? target.targetId : primary.privateIpAddress;
  const to = interfacesOf(server.view, server.instance.id).find((one) =>
    privateAddressesOf(one).includes(address),
  );
  return allows(view, {
    source: from,
    destination: {
      kind: 'interface',
      networkInterface: to ?? primary,
      address,
      view: server.view,
    },
    protocol: 'tcp',
    port,
  });
};
