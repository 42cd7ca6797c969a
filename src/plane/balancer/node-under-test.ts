import { connect, type Socket } from 'node:net';
import { createServer, type RequestListener, type Server } from 'node:http';
import { nodeAttributes } from '../../aws/elbv2/node-attributes.ts';
import type { HealthCheck } from '../../aws/elbv2/target-health.ts';
import {
  type FromNode,
  type ListeningSocket,
  type NodeConfiguration,
  type NodeListener,
  type NodeTarget,
  type TargetHealthReport,
  type TrafficReport,
} from './messages.ts';
import { NodeBalancer } from './node-balancer.ts';
import { NodeClock } from './node-clock.ts';
import { openWay, type Way } from '../../world/way.ts';

// What the tests of a node share: servers that die with the test, a node in this process, and raw requests.

/** AWS's defaults. */
export const defaultLoadBalancerAttributes = nodeAttributes({
  attributes: {},
  scheme: 'internet-facing',
});

export const loadBalancerArn = 'arn:lb';
export const groupArn = 'arn:group';
export const listenerArn = 'arn:listener';

export const quickCheck: HealthCheck = {
  path: '/health',
  intervalSeconds: 5,
  timeoutSeconds: 2,
  healthyThresholdCount: 5,
  unhealthyThresholdCount: 2,
  matcher: '200',
};

/** Waits until `find` gives something; fails after five seconds. */
export const eventually = async <T>(
  what: string,
  find: () => T | undefined | false,
  withinMs = 5000,
): Promise<T> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`In vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** An HTTP server on a free port; `close` also ends its connections. */
export const startServer = async (
  listener: RequestListener,
): Promise<{ readonly server: Server; readonly port: number; readonly close: () => void }> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { server, port, close };
};

export const targetAt = (port: number, more: Partial<NodeTarget> = {}): NodeTarget => ({
  id: `i-${port}`,
  port: 80,
  zoneId: 'use1-az1',
  socket: { address: '127.0.0.1', port, healthCheckPort: port },
  draining: false,
  unused: false,
  since: 0,
  way: openWay(0),
  ...more,
});

export const forwardListener: NodeListener = {
  arn: listenerArn,
  port: 80,
  realPort: 0,
  action: { type: 'forward', targetGroups: [{ arn: groupArn, weight: 1 }] },
};

export const configurationOf = (
  targets: readonly NodeTarget[],
  { entrance = openWay(0), ...more }: Partial<NodeConfiguration> & { readonly entrance?: Way } = {},
): NodeConfiguration => ({
  region: 'us-east-1',
  zoneId: 'use1-az1',
  seed: 1,
  loadBalancers: [
    {
      arn: loadBalancerArn,
      address: '127.0.0.1',
      dnsName: 'web.elb.test',
      entrance,
      attributes: defaultLoadBalancerAttributes,
      listeners: [forwardListener],
    },
  ],
  targetGroups: [
    {
      arn: groupArn,
      loadBalancerArn,
      healthCheck: quickCheck,
      routing: { crossZone: true, minimumHealthyTargets: 1 },
      targets,
    },
  ],
  ...more,
});

/** A node in this process. */
export class NodeUnderTest {
  readonly clock: NodeClock;
  readonly node: NodeBalancer;
  readonly reports: TargetHealthReport[] = [];
  readonly traffic: TrafficReport[] = [];
  sockets: readonly ListeningSocket[] = [];

  /** Clients from `carrierAddress` have their way behind them. */
  constructor(speed = 1, carrierAddress?: string) {
    this.clock = new NodeClock({ worldNow: 1_000_000, speed });
    const identity = {
      seed: 1,
      zoneId: 'use1-az1',
      ...(carrierAddress === undefined ? {} : { carrierAddress }),
    };
    this.node = new NodeBalancer(identity, this.clock, (message) => this.#take(message));
  }

  #take(message: FromNode): void {
    if (message.kind === 'listening') this.sockets = message.sockets;
    else if (message.kind === 'traffic') this.traffic.push(message.report);
    else if (message.kind === 'target-health') this.reports.push(message.report);
  }

  /** The port that the first listener has got. */
  async port(): Promise<number> {
    return await eventually('the node listens', () => this.sockets[0]?.port);
  }
}

/** A raw connection that collects what it gets. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  closed = false;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1');
    });
    // What the test waits for is the close.
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  /** Sends text and waits until what has come matches. */
  async exchange(text: string, until: RegExp): Promise<string> {
    this.socket.write(text, 'latin1');
    return await this.until(until);
  }

  async until(pattern: RegExp): Promise<string> {
    return await eventually(`${String(pattern)} in ${JSON.stringify(this.received)}`, () =>
      pattern.test(this.received) ? this.received : undefined,
    );
  }
}
