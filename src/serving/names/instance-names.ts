import { awsNameTtlSeconds, isInternalName } from '../../aws/route53/aws-names.ts';
import type { World } from '../../world/world.ts';
import { hostTables, instanceHosts } from '../addresses/instance-hosts.ts';
import type { Owner } from '../addresses/owners.ts';
import type { AnswerSockets, NameSource } from './name-source.ts';

const ownerOf = (world: World, name: string): Owner | undefined => {
  const hosts = instanceHosts(world);
  const withoutDot = name.replace(/\.$/, '');
  const elastic = hosts.elasticByName(withoutDot);
  if (elastic !== undefined) return { kind: 'address', allocationId: elastic.elasticIp.id };
  const host = hosts.byName(withoutDot);
  if (host === undefined) return undefined;
  return { kind: isInternalName(name) ? 'instance' : 'public', instanceId: host.instance.id };
};

/** The public and private names of instances, and of Elastic IPs. */
export const instanceNames = (world: World, sockets: AnswerSockets): NameSource => ({
  tables: hostTables,
  find: (name) => {
    const owner = ownerOf(world, name);
    return owner === undefined
      ? undefined
      : { addresses: [sockets.addressOf(owner)], ttlSeconds: awsNameTtlSeconds, healthy: true };
  },
});
