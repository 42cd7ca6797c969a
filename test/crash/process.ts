import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** How a `faultline up` ended that did not get ready. */
export interface Ended {
  readonly kind: 'ended';
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** A `faultline up` that is ready. */
export interface Running {
  readonly kind: 'running';
  readonly child: ChildProcess;
  readonly endpoint: string;
  /** The port of its DNS server. */
  readonly dnsPort: number;
  /** What it has written to stderr so far. */
  stderr(): string;
}

const exited = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('close', () => resolve());
  });

/** What the benchmarks and tests read of the ready line. */
const readReady = (line: string): { readonly endpoint: string; readonly dnsPort: number } => {
  // With --json the ready line is one object; these members are its contract.
  const { endpoint, dns } = JSON.parse(line) as { readonly endpoint: string; readonly dns: string };
  return { endpoint, dnsPort: Number(dns.split(':').at(-1)) };
};

/** Starts `faultline up` on a data directory with the mock driver; resolves when it is ready or has ended. */
export const startFaultline = async (
  directory: string,
  options: readonly string[] = [],
): Promise<Running | Ended> => {
  const args = ['up', '--port', '0', '--dns-port', '0', '--data', directory, '--driver', 'mock'];
  const child = spawn(process.execPath, [main, ...args, '--json', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ready = new Promise<string>((resolve) => {
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) resolve(stdout);
    });
  });
  const line = await Promise.race([ready, exited(child)]);
  if (line === undefined) return { kind: 'ended', exitCode: child.exitCode, stderr };
  return { kind: 'running', child, ...readReady(line), stderr: () => stderr };
};

/** Starts it and insists that it gets ready. */
export const startReady = async (
  directory: string,
  options: readonly string[] = [],
): Promise<Running> => {
  const started = await startFaultline(directory, options);
  if (started.kind === 'ended') {
    throw new Error(`faultline up ended with ${String(started.exitCode)}: ${started.stderr}`);
  }
  return started;
};

/** Kills it without a warning and waits until the system has cleaned up behind it. */
export const kill = async (running: Running): Promise<void> => {
  running.child.kill('SIGKILL');
  await exited(running.child);
};

/** Asks it to end and waits until it has. */
export const stop = async (running: Running): Promise<number | null> => {
  running.child.kill('SIGTERM');
  await exited(running.child);
  return running.child.exitCode;
};
