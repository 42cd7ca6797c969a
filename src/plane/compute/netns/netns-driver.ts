import { execFile } from 'node:child_process';
import type { Driver, DriverNetwork } from '../driver.ts';
import { ProcessGroupDriver } from '../process-driver.ts';
import type { ProcessDriverOptions } from '../process-driver.ts';
import { toolEnvironment } from './namespace.ts';
import { NetnsNetwork, unshareCommand } from './netns-network.ts';
import type { NamespaceMode } from './netns-network.ts';
import { ipCommands, nftCommands, vpcScript, zoneScript } from './wiring.ts';

/** What a netns driver is made of. */
export interface NetnsDriverOptions extends ProcessDriverOptions {
  readonly mode: NamespaceMode;
  /** The host's port at which a port of an instance is reached: the same unless this user may not listen there. */
  readonly realPort?: (port: number) => number;
}

class NetnsDriver extends ProcessGroupDriver {
  readonly network: DriverNetwork;

  constructor(options: NetnsDriverOptions) {
    const { mode, realPort } = options;
    const networks: NetnsNetwork[] = [];
    super('netns', options, (run) => {
      const network = new NetnsNetwork({ mode, run, realPort: realPort ?? ((port) => port) });
      networks.push(network);
      return network;
    });
    const [network] = networks;
    if (network === undefined) throw new Error('A driver asks for its network when it is made.');
    this.network = network;
  }
}

/**
 * The driver that runs each instance as a process group in a network namespace of its own, with its real private address.
 * Nothing of the host's network is touched: bridges, links and rules are in namespaces of the driver's own, which go when
 * it does.
 */
export const createNetnsDriver = (options: NetnsDriverOptions): Driver => new NetnsDriver(options);

/** What every network needs, tried in a namespace that is gone at once. */
const trial = [
  ipCommands(['link add name gate type veth peer name trial']),
  vpcScript({ number: 0 }, '10.0.0.0/16'),
  zoneScript('zone-a'),
  nftCommands(['list table ip faultline']),
].join('');

/** Tries whether networks can be made so; the answer is why not. */
export const tryNamespaces = (mode: NamespaceMode): Promise<string | undefined> =>
  new Promise((resolve) => {
    const [program, ...rest] = [...unshareCommand(mode), 'sh', '-e', '-s'];
    const child = execFile(
      program,
      rest,
      { env: toolEnvironment(), timeout: 10_000 },
      (problem, _, errors) => {
        if (problem === null) resolve(undefined);
        else resolve(errors.trim().split('\n')[0] ?? problem.message);
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(trial);
  });

/** Whether networks can be made here: how, or why not and what to do about it. */
export const probeNetns = async (): Promise<
  { readonly mode: NamespaceMode } | { readonly why: string }
> => {
  if (process.platform !== 'linux')
    return { why: `network namespaces are Linux's; this is ${process.platform}` };
  const reasons: string[] = [];
  const modes: readonly NamespaceMode[] =
    process.getuid?.() === 0 ? ['root', 'user-namespace'] : ['user-namespace'];
  for (const mode of modes) {
    const problem = await tryNamespaces(mode);
    if (problem === undefined) return { mode };
    reasons.push(`${mode === 'root' ? 'as root' : 'in a user namespace'}: ${problem}`);
  }
  return {
    why: `${reasons.join('; ')} (needed: unshare and nsenter of util-linux, ip of iproute2, nft of nftables, and namespaces that this user may make)`,
  };
};
