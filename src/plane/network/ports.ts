import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** Which ports of the AWS side can be used as they are on this host, and where the others are. */
export interface PortRule {
  /** Ports from this one on are used as they are. */
  readonly firstOpenPort: number;
  /** The real port of an AWS-side port: itself, or itself plus `portOffset` where this user may not listen on it. */
  realPort(port: number): number;
  /** What to tell the user; undefined when every port is as it is on AWS. */
  readonly notice: string | undefined;
}

/**
 * Added to a port that may not be used. Privileged ports end at 1023, so that the sum is always a port; and none of the sums
 * is one that browsers and `fetch` refuse ("bad port"), as 10080 would be. Source: WHATWG Fetch Standard, "Port blocking".
 */
export const portOffset = 20_000;

/** The rule for a host on which ports from `firstOpenPort` (at most 1024) on may be used. */
export const portRule = (firstOpenPort: number): PortRule => ({
  firstOpenPort,
  realPort: (port) => (port >= firstOpenPort ? port : port + portOffset),
  notice:
    firstOpenPort <= 1
      ? undefined
      : `ports below ${firstOpenPort} are ${portOffset} higher here (80 is ${80 + portOffset}), since this user may not listen on them`,
});

const mayListen = async (address: string, port: number): Promise<boolean> => {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, 'listening');
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch (problem) {
    if (!(problem instanceof Error && 'code' in problem)) throw problem;
    // A port in use was not forbidden.
    return problem.code === 'EADDRINUSE';
  }
};

/** Linux lets every user listen from this port on; it is 1024 unless an administrator changed it. */
const unprivilegedStart = async (): Promise<number> => {
  if (process.platform !== 'linux') return 1024;
  const text = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8');
  return Math.min(1024, Number(text));
};

/**
 * Finds out by trying, at one of the world's own addresses: root, CAP_NET_BIND_SERVICE and an administrator's setting
 * all show in it.
 */
export const discoverPortRule = async (address: string): Promise<PortRule> => {
  if (await mayListen(address, 1)) return portRule(1);
  const start = await unprivilegedStart();
  return portRule(start > 1 && start < 1024 && !(await mayListen(address, start)) ? 1024 : start);
};
