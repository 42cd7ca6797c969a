import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { DomainError } from '../../../world/domain-error.ts';

// Not an import: that would load all of node:http, its WebSocket client too, and cost a tenth of a start.
const { request: httpRequest } = process.getBuiltinModule('node:http');

/** What stands between an engine and us. Docker lacks what `rootfs` does; all else is one API. */
type EngineKind = 'podman' | 'docker';

/** A container engine that answers at a Unix socket. */
export interface Engine {
  readonly kind: EngineKind;
  readonly version: string;
  readonly socketPath: string;
  /** What its cgroups let it do for a container; without the freezer machines are halted process by process. */
  readonly limitsMemory: boolean;
  readonly limitsCpu: boolean;
  readonly client: EngineClient;
}

/** An answer that says no. `status` is the HTTP status; 0 when the engine could not be asked at all. */
export class EngineProblem extends DomainError {
  readonly status: number;

  constructor(status: number, message: string) {
    super('InternalError', message);
    this.status = status;
  }
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a tar archive. */
  readonly archive?: Readable | Uint8Array;
  /** Real milliseconds until the answer's head, or until its end where it is read whole. */
  readonly timeoutMs?: number;
}

/** How much of an answer is read: the list of some thousand containers, and no more. */
const answerBound = 32 * 1024 * 1024;

const defaultTimeoutMs = 60_000;

/** The versions whose shapes are used: Docker 20.10 (2020) and Podman 4.0 (2022) answer to them, and all later ones. */
const pathPrefix = '/v1.41';
const libpodPrefix = '/v4.0.0/libpod';

const collect = async (answer: IncomingMessage): Promise<string | EngineProblem> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    // A response of node:http without an encoding gives buffers.
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > answerBound)
      return new EngineProblem(0, `the container engine's answer is longer than ${answerBound}`);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const messageOf = (status: number, text: string): string => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'message' in value)
      return String(value.message);
  } catch (problem) {
    if (!(problem instanceof SyntaxError)) throw problem;
  }
  return text.trim() === '' ? `status ${status}` : text.trim().slice(0, 500);
};

/** Speaks the Docker Engine API, which Podman speaks too, over a Unix socket. Every call is bounded in time and size. */
export class EngineClient {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** An answer of 2xx as JSON (undefined when it is empty); 304, which says that it is so already, counts as one. */
  async json(call: Call): Promise<unknown> {
    const answer = await this.stream(call);
    if (answer instanceof EngineProblem) return answer;
    const timer = setTimeout(
      () => answer.destroy(new Error('time is up')),
      call.timeoutMs ?? defaultTimeoutMs,
    );
    try {
      const text = await collect(answer);
      if (text instanceof EngineProblem) return text;
      return text.trim() === '' ? undefined : (JSON.parse(text) as unknown);
    } catch (problem) {
      return new EngineProblem(0, `the container engine's answer broke off: ${String(problem)}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** An answer of 2xx as it comes. */
  async stream(call: Call): Promise<IncomingMessage | EngineProblem> {
    const { promise, resolve } = Promise.withResolvers<IncomingMessage | EngineProblem>();
    const request = this.#request(call, {});
    request.once('response', resolve);
    request.on('error', (problem) => resolve(this.#unreachable(call, problem)));
    this.#send(request, call);
    const answer = await promise;
    if (answer instanceof EngineProblem) return answer;
    const status = answer.statusCode ?? 0;
    if ((status >= 200 && status < 300) || status === 304) return answer;
    const text = await collect(answer);
    return text instanceof EngineProblem
      ? text
      : new EngineProblem(status, messageOf(status, text));
  }

  /** The connection itself, for a call that is upgraded to a raw stream. */
  async hijack(call: Call): Promise<Duplex | EngineProblem> {
    const { promise, resolve } = Promise.withResolvers<Duplex | EngineProblem>();
    const request = this.#request(call, { Connection: 'Upgrade', Upgrade: 'tcp' });
    request.once('upgrade', (_, socket, head: Buffer) => {
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (answer) => {
      collect(answer).then(
        (text) =>
          resolve(
            text instanceof EngineProblem
              ? text
              : new EngineProblem(answer.statusCode ?? 0, messageOf(answer.statusCode ?? 0, text)),
          ),
        (problem: unknown) => resolve(this.#unreachable(call, problem)),
      );
    });
    request.on('error', (problem) => resolve(this.#unreachable(call, problem)));
    this.#send(request, call);
    return await promise;
  }

  #request(call: Call, headers: Readonly<Record<string, string>>) {
    const query = new URLSearchParams(call.query ?? {}).toString();
    const prefix = call.path.startsWith('/libpod/') ? libpodPrefix : pathPrefix;
    const path = `${prefix}${call.path.replace(/^\/libpod/, '')}${query === '' ? '' : `?${query}`}`;
    const request = httpRequest({
      socketPath: this.#socketPath,
      method: call.method,
      path,
      headers: {
        Host: 'localhost',
        ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(call.archive === undefined ? {} : { 'Content-Type': 'application/x-tar' }),
        ...headers,
      },
      agent: false,
    });
    const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const answered = (): void => clearTimeout(timer);
    request.once('response', answered).once('upgrade', answered).once('close', answered);
    return request;
  }

  #send(request: ReturnType<typeof httpRequest>, { body, archive }: Call): void {
    if (archive !== undefined && 'pipe' in archive) archive.pipe(request);
    else if (archive !== undefined) request.end(archive);
    else request.end(body === undefined ? undefined : JSON.stringify(body));
  }

  #unreachable(call: Call, problem: unknown): EngineProblem {
    const reason = problem instanceof Error ? problem.message : String(problem);
    return new EngineProblem(
      0,
      `the container engine at ${this.#socketPath} did not answer to ${call.method} ${call.path}: ${reason}`,
    );
  }
}
