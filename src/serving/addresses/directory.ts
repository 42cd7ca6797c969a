import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { World } from '../../world/world.ts';
import type { DnsAnswers } from '../names/dns-answers.ts';
import { instanceHosts, type InstanceHost } from './instance-hosts.ts';
import { hostOf, movesPorts } from './kinds/owner-kinds.ts';
import { isPublicOwner, type Owner, type PublicOwner } from './owners.ts';
import { ownerCalledOutside, ownersCalled } from './owners-called.ts';
import type { SocketAddress } from '../../plane/network/socket-address.ts';
import type { Sockets } from './sockets.ts';

/** What the directory looks things up in. */
export interface DirectoryOptions {
  readonly world: World;
  readonly sockets: Sockets;
  readonly answers: DnsAnswers;
  /** Makes sure that a public side answers on the port, by its owner in the map of hosts; resolves to the real port. */
  readonly openPublicPort: (owner: PublicOwner, port: number) => Promise<number>;
}

/** The port that is meant when the question names none. */
export const defaultPort = 80;

const isIpv4 = (text: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text);

const unknown = (of: string): DomainError =>
  new DomainError(
    'NoSuchAddress',
    `Nothing here is called '${of}': it is no instance, no address and no DNS name of this world.`,
  );

/** Where an Elastic IP is, wherever it leads. */
const elasticSocket = async (
  options: DirectoryOptions,
  allocationId: string,
  port: number,
): Promise<SocketAddress> => ({
  address: options.sockets.elasticAddress(allocationId),
  port: await options.openPublicPort({ kind: 'address', allocationId }, port),
});

const instanceSocket = async (
  options: DirectoryOptions,
  host: InstanceHost,
  port: number,
): Promise<SocketAddress | DomainError> => {
  const { id } = host.instance;
  if (!host.isPublic) {
    return new DomainError(
      'NoSuchAddress',
      `The instance ${id} is in the private subnet ${host.instance.subnetId}: nothing outside of its VPC reaches it.`,
    );
  }
  if (host.allocationId !== undefined) {
    return await elasticSocket(options, host.allocationId, port);
  }
  const address = options.sockets.publicAddress(id);
  return {
    address,
    port: await options.openPublicPort({ kind: 'public', instanceId: id }, port),
  };
};

const addressSocket = async (
  options: DirectoryOptions,
  address: string,
  port: number,
): Promise<SocketAddress | DomainError> => {
  const owner = options.sockets.ownerOf(address);
  if (owner !== undefined && isPublicOwner(owner)) {
    return { address, port: await options.openPublicPort(owner, port) };
  }
  return { address, port: realPortOf(options.sockets, owner, port) };
};

/** A balancer's node listens where its listeners' ports are; anything else is as it is named. */
const realPortOf = (sockets: Sockets, owner: Owner | undefined, port: number): number =>
  owner !== undefined && movesPorts(owner) ? sockets.realPort(port) : port;

/** The one who is called by an address of AWS's side, in a Region if it is said. */
const ownerAt = (world: World, of: string, region: string | undefined): Owner | DomainError => {
  const called = ownersCalled(world, of);
  const owners = called.filter(
    (owner) =>
      owner.kind !== 'instance' || region === undefined || hostOf(world, owner)?.region === region,
  );
  const [owner, ...others] = owners;
  if (owner === undefined) return unknown(of);
  if (others.length === 0) return owner;
  const where = owners
    .flatMap((each) => hostOf(world, each) ?? [])
    .map((host) => `${host.instance.id} in ${host.region}`)
    .join(', ');
  return new DomainError(
    'AmbiguousAddress',
    `Several instances have the address ${of}: ${where}. Say which with 'region', or ask for the id.`,
  );
};

/** Where an owner is reached from outside. */
const ownerSocket = async (
  options: DirectoryOptions,
  of: string,
  owner: Owner,
  port: number,
): Promise<SocketAddress | DomainError> => {
  if (owner.kind === 'address') return await elasticSocket(options, owner.allocationId, port);
  const host = hostOf(options.world, owner);
  return host === undefined ? unknown(of) : await instanceSocket(options, host, port);
};

/**
 * Finds the real socket behind an address, a DNS name or an instance id of AWS's side. `NoSuchAddress` when it is
 * nothing of this world.
 */
export const lookUpSocket = async (
  options: DirectoryOptions,
  of: string,
  port: number | undefined,
  region: string | undefined,
): Promise<SocketAddress | DomainError> => {
  if (region !== undefined && options.world.geography.region(region) === undefined) {
    return new DomainError('NoSuchRegion', `There is no Region '${region}'.`);
  }
  const wanted = port ?? defaultPort;
  if (of.startsWith('127.') && isIpv4(of)) return await addressSocket(options, of, wanted);
  if (of.startsWith('i-')) {
    return await ownerSocket(options, of, { kind: 'instance', instanceId: of }, wanted);
  }
  if (of.startsWith('eipalloc-')) {
    return instanceHosts(options.world).byAllocationId(of) === undefined
      ? unknown(of)
      : await elasticSocket(options, of, wanted);
  }
  if (isIpv4(of)) {
    const owner = ownerAt(options.world, of, region);
    return isDomainError(owner) ? owner : await ownerSocket(options, of, owner, wanted);
  }
  const name = `${of.toLowerCase().replace(/\.$/, '')}.`;
  const { answers } = options.answers.answer({ name, type: 'A' });
  const record = answers.find((candidate) => candidate.data.type === 'A');
  if (record?.data.type !== 'A') return unknown(of);
  return await addressSocket(options, record.data.address, wanted);
};

/**
 * The real socket behind an address or a name, for our own connectors, which go straight to it: `reach` has told
 * them whether they may. Undefined for what nobody here has.
 */
export const resolveSocket = (
  options: Omit<DirectoryOptions, 'openPublicPort'>,
  of: string,
  port: number,
): SocketAddress | undefined => {
  const { world, sockets, answers } = options;
  if (!isIpv4(of)) {
    const name = `${of.toLowerCase().replace(/\.$/, '')}.`;
    const record = answers
      .answer({ name, type: 'A' })
      .answers.find(({ data }) => data.type === 'A');
    return record?.data.type === 'A'
      ? resolveSocket(options, record.data.address, port)
      : undefined;
  }
  const owner = sockets.ownerOf(of) ?? ownerCalledOutside(world, of);
  if (owner === undefined) return of.startsWith('127.') ? { address: of, port } : undefined;
  if (!isPublicOwner(owner)) return { address: of, port: realPortOf(sockets, owner, port) };
  const host = hostOf(world, owner);
  if (host !== undefined) return { address: sockets.instanceAddress(host.instance.id), port };
  // What leads nowhere is there all the same, and silent: the way to it says so.
  return { address: sockets.addressOf(owner), port };
};
