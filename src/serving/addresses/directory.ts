import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { World } from '../../world/world.ts';
import type { DnsAnswers } from '../runners/dns-answers.ts';
import { instanceHosts, type InstanceHost, type InstanceHosts } from './instance-hosts.ts';
import type { Owner, PublicOwner } from './owners.ts';
import { hostOfOwner } from './places.ts';
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

/** Sides that open port by port, as the instance behind them listens. */
const isPublicSide = (owner: Owner): owner is PublicOwner =>
  owner.kind === 'public' || owner.kind === 'address';

const addressSocket = async (
  options: DirectoryOptions,
  address: string,
  port: number,
): Promise<SocketAddress | DomainError> => {
  const owner = options.sockets.ownerOf(address);
  if (owner !== undefined && isPublicSide(owner)) {
    return { address, port: await options.openPublicPort(owner, port) };
  }
  // A balancer's node listens where its listeners' ports are; anything else is as it is named.
  return {
    address,
    port: owner?.kind === 'node' ? options.sockets.realPort(port) : port,
  };
};

const byAwsAddress = (
  hosts: InstanceHosts,
  of: string,
  region: string | undefined,
): InstanceHost | DomainError => {
  const outside = hosts.byPublicAddress(of);
  if (outside !== undefined) return outside;
  const inside = hosts
    .byPrivateAddress(of)
    .filter((host) => region === undefined || host.region === region);
  const [host, ...others] = inside;
  if (host === undefined) return unknown(of);
  if (others.length === 0) return host;
  const where = inside.map((each) => `${each.instance.id} in ${each.region}`).join(', ');
  return new DomainError(
    'AmbiguousAddress',
    `Several instances have the address ${of}: ${where}. Say which with 'region', or ask for the id.`,
  );
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
  const hosts = instanceHosts(options.world);
  if (of.startsWith('i-')) {
    const host = hosts.byId(of);
    return host === undefined ? unknown(of) : await instanceSocket(options, host, wanted);
  }
  if (of.startsWith('eipalloc-')) {
    return hosts.byAllocationId(of) === undefined
      ? unknown(of)
      : await elasticSocket(options, of, wanted);
  }
  const elastic = hosts.elasticByAddress(of);
  if (elastic !== undefined) return await elasticSocket(options, elastic.elasticIp.id, wanted);
  if (isIpv4(of)) {
    const host = byAwsAddress(hosts, of, region);
    return isDomainError(host) ? host : await instanceSocket(options, host, wanted);
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
  const hosts = instanceHosts(world);
  const ofInstance = (host: InstanceHost): SocketAddress => ({
    address: sockets.instanceAddress(host.instance.id),
    port,
  });
  if (!isIpv4(of)) {
    const name = `${of.toLowerCase().replace(/\.$/, '')}.`;
    const record = answers
      .answer({ name, type: 'A' })
      .answers.find(({ data }) => data.type === 'A');
    return record?.data.type === 'A'
      ? resolveSocket(options, record.data.address, port)
      : undefined;
  }
  const owner = sockets.ownerOf(of);
  if (owner !== undefined && isPublicSide(owner)) {
    const host = hostOfOwner(hosts, owner);
    // What leads nowhere is there all the same, and silent: `reach` says so.
    return host === undefined ? { address: of, port } : ofInstance(host);
  }
  if (owner?.kind === 'node') return { address: of, port: sockets.realPort(port) };
  if (of.startsWith('127.')) return { address: of, port };
  const elastic = hosts.elasticByAddress(of);
  if (elastic !== undefined) {
    return resolveSocket(options, sockets.elasticAddress(elastic.elasticIp.id), port);
  }
  const host = hosts.byPublicAddress(of);
  return host === undefined ? undefined : ofInstance(host);
};
