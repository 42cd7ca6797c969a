import { execFile } from 'node:child_process';
import { toolEnvironment } from './namespace.ts';
import { hostViewRules, ipCommands, nftCommands, vpcScript, zoneScript } from './wiring.ts';

/** How this host lets namespaces be made. */
export type NamespaceMode = 'root' | 'user-namespace';

/** The command that makes the gate's namespaces. */
export const unshareCommand = (mode: NamespaceMode): readonly string[] =>
  mode === 'root' ? ['unshare', '--net'] : ['unshare', '--user', '--map-root-user', '--net'];

/** What every network needs, tried in a namespace that is gone at once. */
const trial = [
  ipCommands(['link add name gate type veth peer name trial']),
  vpcScript({ number: 0 }, '10.0.0.0/16'),
  zoneScript('zone-a'),
  nftCommands(['delete table ip faultline']),
  hostViewRules({
    endpoint: undefined,
    block: '127.16.0.0/16',
    nameServers: ['127.0.0.53'],
    vpcCidrs: ['172.31.0.0/16'],
  }),
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
        const [said = ''] = errors.trim().split('\n');
        if (problem === null) resolve(undefined);
        else resolve(said === '' ? problem.message : said);
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
