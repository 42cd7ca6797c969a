import { locationOf } from '../../aws/ec2/instances/instance-location.ts';
import { wayOut } from '../../aws/ec2/traffic/way-out.ts';
import { noWay, openWay, type Way } from '../../world/way.ts';
import type { World } from '../../world/world.ts';
import { instanceHosts } from './instance-hosts.ts';

/** What an instance's packets to an address of the Internet meet at this moment, by the routes of its subnet. */
export const reachOutside = (
  world: World,
  instanceId: string,
  { address }: { readonly address: string },
): Way => {
  const host = instanceHosts(world).byId(instanceId);
  if (host === undefined) return noWay;
  const { region, account, instance, networkInterface } = host;
  if (!world.conditions.instanceConnected(locationOf(instance))) return noWay;
  const way = wayOut(world.view(region, account), instance.subnetId, networkInterface, address);
  return way.kind === 'none' ? noWay : openWay(0);
};
