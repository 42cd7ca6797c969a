import { openWay } from '../../world/way.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Entry } from '../../aws/ec2/traffic/entry.ts';
import {
  configurationOf,
  forwardListener,
  NodeUnderTest,
  RawClient,
  startServer,
  targetAt,
  defaultLoadBalancerAttributes,
} from './node-under-test.ts';
import type { NodeConfiguration } from './messages.ts';

let balancer: NodeUnderTest;
let port: number;
let close: () => void;

beforeEach(async () => {
  const server = await startServer((_request, response) => response.end('well'));
  ({ port, close } = server);
  balancer = new NodeUnderTest();
});

afterEach(() => {
  balancer.node.close();
  close();
});

const entryFor = (allowed: readonly string[]): Entry => ({
  protocol: 'tcp',
  port: 80,
  groups: { ids: ['sg-1'], allowed },
  acl: null,
  subnetId: 'subnet-1',
  routes: [{ destination: '0.0.0.0/0', isOutward: true }],
});

const letting = (allowed: readonly string[]): NodeConfiguration =>
  configurationOf([targetAt(port)], {
    loadBalancers: [
      {
        arn: 'arn:lb',
        address: '127.0.0.1',
        dnsName: 'web.elb.test',
        entrance: openWay(0),
        attributes: defaultLoadBalancerAttributes,
        listeners: [{ ...forwardListener, entry: entryFor(allowed) }],
      },
    ],
  });

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('a client whose address no rule holds is not answered until one does', async () => {
  balancer.node.configure(letting(['203.0.113.0/24']));
  const stranger = new RawClient(await balancer.port());
  stranger.socket.write(request);
  balancer.node.configure(letting(['198.51.100.0/24']));
  const other = new RawClient(await balancer.port());
  other.socket.write(request);
  expect([stranger.received, other.received, stranger.closed]).toEqual(['', '', false]);
  balancer.node.configure(letting(['203.0.113.0/24', '127.0.0.0/8']));
  await Promise.all([stranger.until(/200 OK[^]*well/), other.until(/200 OK[^]*well/)]);
});

test('a connection that has begun goes on when its rule is gone', async () => {
  balancer.node.configure(letting(['127.0.0.0/8']));
  const client = new RawClient(await balancer.port());
  await client.exchange(request, /200 OK[^]*well/);
  client.received = '';
  balancer.node.configure(letting([]));
  await client.exchange(request, /200 OK[^]*well/);
});

test('a target that takes no connections from the node times out', async () => {
  const blocked = targetAt(port, {
    lets: { traffic: false, probes: false },
  });
  balancer.node.configure(configurationOf([blocked]));
  const client = new RawClient(await balancer.port());
  client.socket.write(request);
  balancer.node.configure(configurationOf([targetAt(port)]));
  await client.until(/200 OK[^]*well/);
});
