import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { DomainError } from '../../../world/domain-error.ts';

/** Where a program of the network tools may be: Debian keeps them where only root looks. */
const toolPath = `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`;

/** The environment of the network tools. The mark of our own process goes with them, so that nothing of them stays. */
export const toolEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: toolPath });

const told = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').slice(0, 500);

const cannot = (what: string): DomainError =>
  new DomainError('InternalError', `The network cannot be made: ${what}.`);

/** A process that reads a shell script from its input. */
class Shell {
  readonly #child;
  readonly #ended: Promise<DomainError | undefined>;
  #errors = '';

  constructor(command: readonly string[]) {
    const [program, ...rest] = [...command, 'sh', '-e', '-s'];
    const child = spawn(program, rest, {
      env: toolEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    // A shell that ended early says why by its code.
    child.stdin.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      child.once('error', (problem) => resolve(cannot(problem.message)));
      child.once('close', (code) => {
        if (code === 0) resolve(undefined);
        else resolve(cannot(told(this.#errors) || `${program} ended with code ${code}`));
      });
    });
  }

  get processId(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether the shell runs; else why it does not. */
  async ready(): Promise<DomainError | undefined> {
    this.#child.stdin.write('echo ready\n');
    const answered = once(this.#child.stdout, 'data').then(() => undefined);
    // Whichever comes second has no more to say.
    answered.catch(() => undefined);
    return Promise.race([answered, this.#ended]);
  }

  /** Runs a script as the last one. */
  finish(script: string): Promise<DomainError | undefined> {
    this.#child.stdout.resume();
    this.#child.stdin.end(script);
    return this.#ended;
  }
}

/** Runs a shell script in this process's namespace. */
export const runHere = (script: string): Promise<DomainError | undefined> =>
  new Shell([]).finish(script);

/** What shows which ports are listened on in a namespace: open files, which outlive the process that they were opened by. */
export interface SocketTables {
  readonly tcp: number;
  readonly tcp6: number | undefined;
  /** Counts of sockets, cheap to read: all of each family, and the connected ones of both. */
  readonly counts: number;
  readonly counts6: number | undefined;
  readonly connected?: number;
}

/** A network namespace that lives as long as this process, or until it is closed. */
export class Namespace {
  readonly #file: number;
  readonly tables: SocketTables;

  constructor(file: number, tables: SocketTables) {
    this.#file = file;
    this.tables = tables;
  }

  /** A path by which other programs enter it. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.#file}`;
  }

  run(script: string): Promise<DomainError | undefined> {
    return new Shell(['nsenter', `--net=${this.path}`]).finish(script);
  }

  /** It goes when no process is left in it. */
  close(): void {
    const { tcp, tcp6, counts, counts6, connected } = this.tables;
    for (const file of [this.#file, tcp, tcp6, counts, counts6, connected]) {
      if (file !== undefined) closeSync(file);
    }
  }
}

/** Opens what shows the sockets of a process's network namespace. */
export const openSocketTables = (processId: number): SocketTables => {
  const net = (name: string): string => `/proc/${processId}/net/${name}`;
  const optional = (name: string): number | undefined =>
    existsSync(net(name)) ? openSync(net(name), 'r') : undefined;
  return {
    tcp: openSync(net('tcp'), 'r'),
    tcp6: optional('tcp6'),
    counts: openSync(net('sockstat'), 'r'),
    counts6: optional('sockstat6'),
    connected: openSync(net('snmp'), 'r'),
  };
};

/** Takes the network namespace of a process, as `makeNamespace` makes one. */
export const adoptNamespace = async (
  holder: number,
  wire: (holder: number) => Promise<DomainError | undefined>,
  script: string,
): Promise<Namespace | DomainError> => {
  if (!existsSync(`/proc/${holder}/ns/net`)) return cannot('its process has ended');
  const namespace = new Namespace(
    openSync(`/proc/${holder}/ns/net`, 'r'),
    openSocketTables(holder),
  );
  const problem = (await wire(holder)) ?? (await namespace.run(script));
  if (problem === undefined) return namespace;
  namespace.close();
  return problem;
};

/**
 * Makes a network namespace: `wire` joins it to others while a process holds it, then `script` runs in it. A DomainError
 * when either fails; nothing is left then.
 */
export const makeNamespace = async (
  wire: (holder: number) => Promise<DomainError | undefined>,
  script: string,
): Promise<Namespace | DomainError> => {
  const shell = new Shell(['unshare', '--net']);
  const notReady = await shell.ready();
  if (notReady !== undefined) return notReady;
  const namespace = new Namespace(
    openSync(`/proc/${shell.processId}/ns/net`, 'r'),
    openSocketTables(shell.processId),
  );
  const problem = await wire(shell.processId);
  const unfinished = await shell.finish(problem === undefined ? script : '');
  if (problem === undefined && unfinished === undefined) return namespace;
  namespace.close();
  return problem ?? unfinished ?? cannot('no reason was given');
};
