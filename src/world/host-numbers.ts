import { defineTable, noAccount, worldShard, type Entity } from './entity.ts';
import type { World } from './world.ts';

/** Which host of the world's loopback block belongs to what; the id is whatever its owner is called. */
interface HostNumber extends Entity {
  readonly host: number;
}

/** Which host of the world's loopback block belongs to what. */
export const HostNumbers = defineTable<HostNumber>('host-numbers', {
  host: (entry) => String(entry.host),
});

interface NextHost extends Entity {
  readonly next: number;
}

const NextHosts = defineTable<NextHost>('next-host-number');

/** The first 256 hosts of a block stand for places and for the program itself. */
const firstHost = 256;
/** A block is a /16; its broadcast-like end stays free. */
const lastHost = 65_500;

/** The host number of an owner; taken from now on when it has none yet. It stays for as long as the world does. */
export const hostNumberOf = (world: World, owner: string): number => {
  const known = world.view(worldShard, noAccount).get(HostNumbers, owner);
  if (known !== undefined) return known.host;
  return world.transact(worldShard, noAccount, (tx) => {
    const next = tx.get(NextHosts, 'next')?.next ?? firstHost;
    let host = next > lastHost ? firstHost : next;
    // After the block was used up once, numbers that were let go are taken again.
    for (let tried = 0; tx.find(HostNumbers, 'host', String(host)).length > 0; tried++) {
      if (tried > lastHost) throw new Error('All loopback addresses of this world are in use.');
      host = host >= lastHost ? firstHost : host + 1;
    }
    tx.put(NextHosts, { id: 'next', next: host + 1 });
    tx.put(HostNumbers, { id: owner, host });
    return host;
  }).output;
};

/** The owner of a host number, if any. */
export const ownerOfHost = (world: World, host: number): string | undefined =>
  world.view(worldShard, noAccount).find(HostNumbers, 'host', String(host))[0]?.id;

/** All owners of host numbers. */
export const hostOwners = (world: World): readonly string[] =>
  world
    .view(worldShard, noAccount)
    .list(HostNumbers)
    .map(({ id }) => id);

/** Lets an owner's number go: what it stood for is gone. */
export const releaseHostNumber = (world: World, owner: string): void => {
  const view = world.view(worldShard, noAccount);
  if (view.get(HostNumbers, owner) === undefined) return;
  world.transact(worldShard, noAccount, (tx) => tx.delete(HostNumbers, owner));
};
