import { wayOut } from '../../aws/ec2/traffic/way-out.ts';
import type { Reach } from '../../world/conditions.ts';
import type { World } from '../../world/world.ts';
import { instanceHosts } from './instance-hosts.ts';

/** What an instance's packets to an address of the Internet meet at this moment, by the routes of its subnet. */
export const reachOutside = (
  world: World,
  instanceId: string,
  { address }: { readonly address: string },
): Reach => {
  const host = instanceHosts(world).byId(instanceId);
  const nowhere: Reach = { up: false, latencyMs: 0, loss: 1 };
  if (host === undefined || !world.conditions.instanceConnected(instanceId)) return nowhere;
  const { region, account, instance, networkInterface } = host;
  const way = wayOut(world.view(region, account), instance.subnetId, networkInterface, address);
  return way.kind === 'none' ? nowhere : { up: true, latencyMs: 0, loss: 0 };
};
