import { NetworkInterfaces } from '../../../aws/ec2/instances/instance-entities.ts';
import type { World } from '../../../world/world.ts';
import { instanceHosts, type ElasticAddress } from '../instance-hosts.ts';
import { placeOfHost } from './instance-sides.ts';
import type { OwnerKind } from './owner-kind.ts';

interface OfAddress {
  readonly allocationId: string;
}

const elasticOf = (world: World, { allocationId }: OfAddress): ElasticAddress | undefined =>
  instanceHosts(world).byAllocationId(allocationId);

/** An Elastic IP: it leads to one instance after the other, or nowhere, and then packets are dropped. */
export const elasticIpKind: OwnerKind<OfAddress> = {
  place: (world, owner) => placeOfHost(elasticOf(world, owner)?.host),
  dropsWhileNowhere: true,
  host: (world, owner) => elasticOf(world, owner)?.host,
  entrance: (world, owner) => {
    const elastic = elasticOf(world, owner);
    if (elastic?.host === undefined) return undefined;
    const { region, account, networkInterface } = elastic.host;
    const view = world.view(region, account);
    const id = elastic.elasticIp.association?.networkInterfaceId ?? '';
    const associated = view.get(NetworkInterfaces, id) ?? networkInterface;
    return { view, networkInterface: associated, isInternal: false };
  },
  movesPorts: false,
};
