import type { ChildProcess } from 'node:child_process';
import { spawnFaultline } from './tied-program.ts';
import type { TiedOptions } from './tied-program.ts';

/** The ready line of `faultline up --json`. */
interface ReadyLine {
  readonly endpoint: string;
  /** Address and port of the DNS server. */
  readonly dns: string;
  /** The block of loopback addresses of balancers and instances. */
  readonly addresses: string;
  readonly account: string;
}

/** What a test wants of a world. Without a directory nothing of it stays. */
export interface UpOptions extends TiedOptions {
  readonly directory?: string;
  readonly driver?: 'mock' | 'process' | 'netns' | 'container';
  readonly speed?: number;
  readonly seed?: number;
  readonly account?: string;
  /** Other options of `faultline up`, as they are. */
  readonly others?: readonly string[];
}

/** How a `faultline up` ended that did not get ready. */
export interface Ended {
  readonly kind: 'ended';
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `faultline up` that is ready. */
export interface Running {
  readonly kind: 'running';
  readonly child: ChildProcess;
  readonly ready: ReadyLine;
  readonly endpoint: string;
  readonly dnsPort: number;
  /** What it has written to stderr so far. */
  stderr(): string;
}

const exited = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('close', () => resolve());
  });

const argumentsOf = (options: UpOptions): readonly string[] => {
  const args = ['up', '--port', '0', '--dns-port', '0', '--json'];
  if (options.directory === undefined) args.push('--ephemeral');
  else args.push('--data', options.directory);
  args.push('--driver', options.driver ?? 'mock', '--speed', String(options.speed ?? 1));
  if (options.seed !== undefined) args.push('--seed', String(options.seed));
  if (options.account !== undefined) args.push('--account', options.account);
  return [...args, ...(options.others ?? [])];
};

/** Starts `faultline up` on free ports; resolves when it is ready or has ended. */
export const startFaultline = async (options: UpOptions = {}): Promise<Running | Ended> => {
  const child = spawnFaultline(argumentsOf(options), options);
  const output = { stdout: '', stderr: '' };
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  const ready = new Promise<'ready'>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString();
      if (output.stdout.includes('\n')) resolve('ready');
    });
  });
  if ((await Promise.race([ready, exited(child)])) === undefined) {
    return { kind: 'ended', exitCode: child.exitCode, ...output };
  }
  // With --json the ready line is one object; these members are its contract.
  const line = JSON.parse(output.stdout) as ReadyLine;
  return {
    kind: 'running',
    child,
    ready: line,
    endpoint: line.endpoint,
    dnsPort: Number(line.dns.split(':').at(-1)),
    stderr: () => output.stderr,
  };
};

/** Starts it and insists that it gets ready. */
export const startReady = async (options: UpOptions = {}): Promise<Running> => {
  const started = await startFaultline(options);
  if (started.kind === 'running') return started;
  throw new Error(`faultline up ended with ${String(started.exitCode)}: ${started.stderr}`);
};

/** Kills it without a warning and waits until the system has cleaned up behind it. */
export const kill = async (running: Running): Promise<void> => {
  running.child.kill('SIGKILL');
  await exited(running.child);
};

/** Asks it to end and waits until it has; its exit code. */
export const stop = async (running: Running): Promise<number | null> => {
  running.child.kill('SIGTERM');
  await exited(running.child);
  return running.child.exitCode;
};

/** How a command ended, and what it wrote. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `faultline` with these arguments to its end, as a person does, without colours. */
export const runCommand = (
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawnFaultline(args, { environment: { NO_COLOR: '1', ...environment } });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...output }));
  });
