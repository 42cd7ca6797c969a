import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import { ListeningWatch, showsListeningPorts } from './listening-ports.ts';
import { claimLoopbackBlock, type LoopbackBlock } from './loopback.ts';
import { createAddressRelay, type AddressRelay, type RelayTarget } from './relay.ts';
import { openWay } from '../../world/way.ts';
import { testCarrier } from './test-carrier.ts';

let block: LoopbackBlock;
let relay: AddressRelay;
let cleanUp: (() => unknown)[];
let one: RelayTarget;
let two: RelayTarget;

beforeEach(async () => {
  const claimed = await claimLoopbackBlock();
  if (isDomainError(claimed)) throw new Error(claimed.message);
  block = claimed;
  cleanUp = [];
  const way = () => openWay(0);
  one = { hostAddress: block.addressFor(310), way };
  two = { hostAddress: block.addressFor(311), way };
  relay = createAddressRelay({
    carrier: testCarrier().carrier,
    publicAddress: block.addressFor(312),
    watch: new ListeningWatch(),
  });
});

afterEach(async () => {
  await relay.close();
  for (const act of cleanUp) await act();
  await block.release();
});

const until = async (condition: () => boolean): Promise<void> => {
  await expect.poll(condition, { timeout: 10_000, interval: 5 }).toBe(true);
};

/** A server that says its name to everybody who sends something. */
const serve = async (target: RelayTarget, name: string, port = 0): Promise<Server> => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(name));
  });
  server.listen({ host: target.hostAddress, port });
  await once(server, 'listening');
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server;
};

// A TCP server's address is never a path.
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

interface Client {
  readonly socket: Socket;
  readonly events: string[];
  received: string;
}

const ask = (port: number, host: string = relay.publicAddress): Client => {
  const socket = connect({ host, port });
  const client: Client = { socket, events: [], received: '' };
  socket.on('data', (bytes) => (client.received += String(bytes)));
  socket.on('error', (problem) =>
    client.events.push('code' in problem ? String(problem.code) : problem.message),
  );
  socket.on('close', () => client.events.push('close'));
  cleanUp.push(() => socket.destroy());
  socket.write('who?');
  return client;
};

/** Connections to something else, many times over: time in which a wrong answer would have come. */
const witness = async (): Promise<void> => {
  const server = createServer((socket) => socket.end('x'));
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  for (let round = 0; round < 30; round += 1) {
    const socket = connect(portOf(server), '127.0.0.1');
    await once(socket.resume(), 'close');
  }
  server.close();
};

describe.runIf(showsListeningPorts())('an address that leads', () => {
  test('to another instance ends the old connections, and new ones reach the other server', async () => {
    const first = await serve(one, 'one');
    const port = portOf(first);
    await serve(two, 'two', port);
    relay.lead(one);
    await relay.open(port);
    const before = ask(port);
    await until(() => before.received === 'one');
    relay.lead(two);
    await until(() => before.events.includes('close'));
    expect(before.events).toEqual(['ECONNRESET', 'close']);
    const after = ask(port);
    await until(() => after.received === 'two');
  });

  test('nowhere is silent where it answered before, and goes on to whoever is next', async () => {
    const first = await serve(one, 'one');
    const port = portOf(first);
    relay.lead(one);
    await relay.open(port);
    const before = ask(port);
    await until(() => before.received === 'one');
    relay.lead(undefined);
    const fresh = ask(port);
    before.socket.write('still there?');
    await witness();
    expect([before.received, fresh.received, ...before.events, ...fresh.events]).toEqual([
      'one',
      '',
    ]);
    await serve(two, 'two', port);
    relay.lead(two);
    // Who was waiting has a new server; who spoke to the old one learns that it is gone.
    await until(() => fresh.received === 'two' && before.events.includes('close'));
  });

  test('back to the same instance keeps its connections', async () => {
    const first = await serve(one, 'one');
    const port = portOf(first);
    relay.lead(one);
    await relay.open(port);
    const before = ask(port);
    await until(() => before.received === 'one');
    relay.lead(undefined);
    before.socket.write('again');
    relay.lead(one);
    await until(() => before.received === 'oneone');
    expect(before.events).toEqual([]);
  });

  test('to an instance that listens elsewhere has its ports', async () => {
    const first = await serve(one, 'one');
    relay.lead(one);
    await until(() => relay.ports().length === 1);
    const second = await serve(two, 'two');
    relay.lead(two);
    await until(() => relay.ports().join() === String(portOf(second)));
    const refused = ask(portOf(first));
    await until(() => refused.events.includes('close'));
    expect(refused.events[0]).toBe('ECONNREFUSED');
  });

  test('nowhere yet is silent on the ports that it is told, and refuses there once it leads somewhere', async () => {
    const free = await serve(two, 'two');
    const port = portOf(free);
    const fresh = createAddressRelay({
      carrier: testCarrier().carrier,
      publicAddress: block.addressFor(313),
      watch: new ListeningWatch(),
      silentPorts: [port],
    });
    cleanUp.push(() => fresh.close());
    await until(() => fresh.ports().length === 1);
    const waiting = ask(port, fresh.publicAddress);
    await witness();
    expect(waiting.events).toEqual([]);
    fresh.lead(one);
    await until(() => fresh.ports().length === 0);
    const refused = ask(port, fresh.publicAddress);
    await until(() => refused.events.includes('close'));
    expect(refused.events[0]).toBe('ECONNREFUSED');
  });
});
