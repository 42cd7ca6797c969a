import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import type { Server } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../../../world/domain-error.ts';
import { formatMarker, markerVariable } from '../process-table.ts';
import type { WorldRun } from '../process-driver.ts';
import type { FromGate, GateRequest, ToGate } from './messages.ts';
import { toolEnvironment } from './namespace.ts';
import { askDnsServer, askHostResolver, isRefused, joinWithHost } from './host-services.ts';
import { joinOverWay } from '../../network/join.ts';
import type { SourceInstance, Uplink } from './uplink.ts';
import type { Endpoint } from './wiring.ts';

/** The gate's entry lies beside this file, whichever form the program was built to. */
const entry = fileURLToPath(new URL(`./gate-main${extname(import.meta.url)}`, import.meta.url));

/** The name under which the gate is found among what an earlier run left. */
const gateName = 'netns-gate';

/** An address that stands for the Internet. Source: RFC 5737. */
const someSite: Endpoint = { address: '198.51.100.1', port: 53 };

/** What the main process has for an instance on the host's side. */
export interface HostSide {
  readonly source: SourceInstance;
  /** Where ways in listen. */
  readonly address: string;
  /** The host's port for a port of the instance. */
  readonly realPort: (port: number) => number;
  readonly metadata: Endpoint;
  readonly endpoint: Endpoint | undefined;
  readonly note: (line: string) => void;
}

/** What a gate is made of. */
export interface GateProcessOptions {
  /** What makes the namespaces and becomes the gate. */
  readonly command: readonly string[];
  readonly run: WorldRun;
  readonly uplink: Uplink | undefined;
  readonly lost: () => void;
}

/** The main process's end of a gate. */
export class GateProcess {
  readonly #uplink: Uplink | undefined;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: FromGate & { kind: 'answer' }) => void>();
  readonly #hostSides = new Map<string, HostSide>();
  /** The connections of instances to something of the host's. */
  readonly #sockets = new Map<string, Set<Socket>>();
  readonly #ended: Promise<void>;
  #requests = 0;
  #hasEnded = false;
  #isClosing = false;

  constructor({ command, run, uplink, lost }: GateProcessOptions) {
    this.#uplink = uplink;
    const [program, ...rest] = [...command, process.execPath, entry];
    const child = spawn(program, rest, {
      // Out of reach of a terminal's Ctrl-C: the main process decides when networks go.
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...toolEnvironment(),
        [markerVariable]: formatMarker({ ...run, instanceId: gateName }),
      },
    });
    this.#child = child;
    // The only sender on this channel is the gate, which speaks FromGate.
    child.on('message', (message, handle) => this.#take(message as FromGate, handle));
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        if (this.#hasEnded) return;
        this.#hasEnded = true;
        for (const [number, answered] of this.#waiting)
          answered({ kind: 'answer', number, problem: 'The gate of the network has ended.' });
        this.#waiting.clear();
        for (const instanceId of this.#sockets.keys()) this.#destroySockets(instanceId);
        if (!this.#isClosing) {
          for (const { note } of this.#hostSides.values())
            note('its network has gone with the process that held it; a reboot gives it another');
        }
        lost();
        resolve();
      };
      child.once('exit', end);
      child.once('error', end);
    });
  }

  get processId(): number {
    return this.#child.pid ?? 0;
  }

  /** Where connections of an instance come from and go to on the host, from before it joins until it has left. */
  setHostSide(instanceId: string, side: HostSide | undefined): void {
    if (side !== undefined) {
      this.#hostSides.set(instanceId, side);
      return;
    }
    this.#hostSides.delete(instanceId);
    this.#destroySockets(instanceId);
  }

  ask(request: GateRequest): Promise<{ readonly path?: string } | DomainError> {
    this.#requests += 1;
    const number = this.#requests;
    return new Promise((resolve) => {
      const answered = (answer: FromGate & { kind: 'answer' }): void =>
        resolve(
          answer.problem === undefined ? answer : new DomainError('InternalError', answer.problem),
        );
      if (this.#hasEnded) {
        answered({ kind: 'answer', number, problem: 'The gate of the network has ended.' });
        return;
      }
      this.#waiting.set(number, answered);
      this.#send({ kind: 'request', number, request });
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
  }

  #send(message: ToGate, handle?: Server | Socket): void {
    const letGo = (): void => {
      if (handle instanceof Socket) handle.destroy();
      else handle?.close();
    };
    // The gate has its own hold of a socket once it was sent; what cannot be sent ends with the gate.
    if (this.#child.connected) this.#child.send(message, handle, letGo);
    else letGo();
  }

  #take(message: FromGate, handle: unknown): void {
    switch (message.kind) {
      case 'answer':
        this.#waiting.get(message.number)?.(message);
        this.#waiting.delete(message.number);
        break;
      case 'wanted':
        void this.#openWayIn(message.instanceId, message.port);
        break;
      case 'asked':
        if (handle instanceof Socket) void this.#join(message.instanceId, message.service, handle);
        break;
      case 'towards':
        if (handle instanceof Socket) this.#joinWorld(message.instanceId, message.target, handle);
        break;
      case 'outward':
        if (handle instanceof Socket) this.#joinOutside(message.instanceId, message.target, handle);
        break;
      case 'whose':
        this.#send({
          kind: 'stoodFor',
          number: message.number,
          publicIp: this.#uplink?.publicAddressOf(message.address),
        });
        break;
      case 'question':
        void this.#askName(message.instanceId, message.number, message.base64);
        break;
    }
  }

  async #openWayIn(instanceId: string, port: number): Promise<void> {
    const side = this.#hostSides.get(instanceId);
    if (side === undefined) return;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      // Until the gate has its hold of the listening socket, connections may still be taken here.
      this.#send({ kind: 'came', instanceId, port }, socket);
    });
    const real = side.realPort(port);
    try {
      server.listen({ host: side.address, port: real, exclusive: true });
      await once(server, 'listening');
      this.#send({ kind: 'wayIn', instanceId, port }, server);
    } catch (problem) {
      if (!(problem instanceof Error && 'code' in problem)) throw problem;
      side.note(
        `port ${port} cannot be reached from the host at ${side.address}:${real}: ${problem.message}`,
      );
      this.#send({ kind: 'wayIn', instanceId, port });
    }
  }

  #socketsOf(instanceId: string): Set<Socket> {
    const known = this.#sockets.get(instanceId) ?? new Set();
    this.#sockets.set(instanceId, known);
    return known;
  }

  #destroySockets(instanceId: string): void {
    for (const socket of this.#sockets.get(instanceId) ?? []) socket.destroy();
    this.#sockets.delete(instanceId);
  }

  async #join(
    instanceId: string,
    service: 'metadata' | 'endpoint' | 'dns',
    socket: Socket,
  ): Promise<void> {
    const side = this.#hostSides.get(instanceId);
    this.#hold(instanceId, socket);
    const target = service === 'dns' ? await this.#dnsServer(side?.source) : side?.[service];
    if (target === undefined) socket.destroy();
    else if (!socket.destroyed) joinWithHost(socket, target);
  }

  #joinWorld(instanceId: string, target: Endpoint, socket: Socket): void {
    const source = this.#hostSides.get(instanceId)?.source;
    if (source === undefined || this.#uplink === undefined) {
      socket.destroy();
      return;
    }
    this.#hold(instanceId, socket);
    const uplink = this.#uplink;
    joinOverWay(socket, target, {
      carrier: uplink.carrier,
      way: () => uplink.way(source, target),
      isCarriedWhole: true,
      from: () => uplink.from(source, target),
    });
  }

  #joinOutside(instanceId: string, target: Endpoint, socket: Socket): void {
    const source = this.#hostSides.get(instanceId)?.source;
    if (source === undefined || this.#uplink === undefined) {
      socket.destroy();
      return;
    }
    this.#hold(instanceId, socket);
    const uplink = this.#uplink;
    const { socket: site } = uplink.outside(source, target);
    joinOverWay(socket, site, {
      carrier: uplink.carrier,
      way: () => uplink.outside(source, target).way,
      from: () => uplink.outside(source, target).from,
    });
  }

  async #askName(instanceId: string, number: number, base64: string): Promise<void> {
    const server = await this.#dnsServer(this.#hostSides.get(instanceId)?.source);
    const question = Buffer.from(base64, 'base64');
    const ofWorld = server === undefined ? undefined : await askDnsServer(server, question);
    const answer =
      ofWorld !== undefined && isRefused(ofWorld) && this.#leadsOut(instanceId)
        ? ((await askHostResolver(question)) ?? ofWorld)
        : ofWorld;
    this.#send({ kind: 'answered', number, base64: answer?.toString('base64') });
  }

  #leadsOut(instanceId: string): boolean {
    const source = this.#hostSides.get(instanceId)?.source;
    if (source === undefined || this.#uplink === undefined) return false;
    return this.#uplink.outside(source, someSite).way.up;
  }

  async #dnsServer(source: SourceInstance | undefined): Promise<Endpoint | undefined> {
    return source === undefined ? undefined : await this.#uplink?.dnsServer(source.region);
  }

  /** A connection holds the gate's namespace, even when everything else there has gone: it goes with its instance. */
  #hold(instanceId: string, socket: Socket): void {
    const sockets = this.#socketsOf(instanceId);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }
}
