import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket, connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../../../world/domain-error.ts';
import { splice } from '../netns/splice.ts';
import type { SocketAddress } from '../../network/socket-address.ts';
import type { FromGate, ToGate } from './gate-messages.ts';
import { namespaceOf } from './namespace-processes.ts';

/** The gate's entry lies beside this file, whichever form the program was built to. */
const entry = fileURLToPath(new URL(`./gate-main${extname(import.meta.url)}`, import.meta.url));

/** How long a gate may take until it stands. */
const standingBoundMs = 30_000;

/** What a gate joins. */
export interface GateOptions {
  /** The first process of the container, as the host counts. */
  readonly processId: number;
  /** The instance's address: on the host that of its ways in, in the container that of its programs. */
  readonly address: string;
  /** The host's port for a port of the instance. */
  readonly realPort: (port: number) => number;
  /** What of the host's the instance reaches, at the same addresses as on the host. */
  readonly passedOn: readonly SocketAddress[];
  readonly note: (line: string) => void;
  /** It ended without being closed: the instance cannot be reached until there is another one. */
  readonly lost: () => void;
}

/** A rootless container's network belongs to a user namespace, whose owner enters it as its root. */
const enterCommand = (processId: number): readonly [string, ...string[]] => {
  const isOwnUser = namespaceOf(processId, 'user') === namespaceOf(process.pid, 'user');
  return [
    'nsenter',
    `--target=${processId}`,
    ...(isOwnUser ? [] : ['--user', '--preserve-credentials']),
    '--net',
    '--',
  ];
};

/**
 * Joins the network of one container with the host: each port that its programs listen on opens at the instance's
 * address, and what they ask of the host is passed on. The engine's own networks have no part in it, so that it is the
 * same as root and rootless.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #child: ChildProcess;
  readonly #ready: Promise<DomainError | undefined>;
  readonly #ended: Promise<void>;
  readonly #connections = new Set<Socket>();
  #hasStood = false;
  #isClosed = false;

  constructor(options: GateOptions) {
    this.#options = options;
    const [program, ...rest] = [
      ...enterCommand(options.processId),
      process.execPath,
      '--max-semi-space-size=1',
      entry,
    ];
    const child = spawn(program, rest, {
      // Out of reach of a terminal's Ctrl-C: the main process decides when networks go.
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { PATH: process.env['PATH'] },
    });
    this.#child = child;
    const ready = Promise.withResolvers<DomainError | undefined>();
    const ended = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.#ended = ended.promise;
    const fail = (why: string): void =>
      ready.resolve(
        new DomainError('InternalError', `The container's network cannot be entered: ${why}.`),
      );
    const timer = setTimeout(() => fail('it took too long'), standingBoundMs);
    void ready.promise.then(() => clearTimeout(timer));
    // The only sender on this channel is the gate, which speaks FromGate.
    child.on('message', (message, handle) => {
      if ((message as FromGate).kind === 'ready') {
        this.#hasStood = true;
        ready.resolve(undefined);
      } else this.#take(message as FromGate, handle);
    });
    child.once('error', (problem) => {
      fail(problem.message);
      ended.resolve();
    });
    child.once('exit', (code) => {
      fail(`nsenter ended with code ${code}`);
      ended.resolve();
      if (this.#hasStood && !this.#isClosed) options.lost();
    });
    child.once('spawn', () =>
      this.#send({
        kind: 'begin',
        hostAddress: options.address,
        passedOn: options.passedOn,
      }),
    );
  }

  /** Settles when everything is passed on; from then on ports open as programs listen. */
  ready(): Promise<DomainError | undefined> {
    return this.#ready;
  }

  /** Breaks every connection and closes every port. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#child.kill('SIGKILL');
    for (const socket of this.#connections) socket.destroy();
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
      case 'ready':
        break;
      case 'note':
        this.#options.note(message.line);
        break;
      case 'wanted':
        void this.#openWayIn(message.port);
        break;
      case 'asked':
        if (handle instanceof Socket) this.#join(message.target, handle);
        break;
    }
  }

  async #openWayIn(port: number): Promise<void> {
    const { address, realPort, note } = this.#options;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      // Until the gate has its hold of the listening socket, connections may still be taken here.
      this.#send({ kind: 'came', port }, socket);
    });
    const real = realPort(port);
    try {
      server.listen({ host: address, port: real, exclusive: true });
      await once(server, 'listening');
      this.#send({ kind: 'wayIn', port }, server);
    } catch (problem) {
      if (!(problem instanceof Error && 'code' in problem)) throw problem;
      note(
        `port ${port} cannot be reached from the host at ${address}:${real}: ${problem.message}`,
      );
      this.#send({ kind: 'wayIn', port });
    }
  }

  #join(target: SocketAddress, socket: Socket): void {
    socket.allowHalfOpen = true;
    const host = connect({ host: target.address, port: target.port, allowHalfOpen: true });
    for (const one of [socket, host]) {
      this.#connections.add(one);
      one.once('close', () => this.#connections.delete(one));
    }
    splice(socket, host);
    socket.resume();
  }
}
