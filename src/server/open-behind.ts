import { presets } from '../aws/behind/presets.ts';
import type { AskedRoute, BehindRoute } from '../aws/behind/routes.ts';
import {
  findLauncher,
  startEmulator,
  type EmulatorProcess,
} from '../plane/behind/emulator-process.ts';
import { Failed } from '../text/usage-error.ts';

/** What was asked of `up`: where calls of services go that are not ours. */
export interface AskedBehind {
  readonly routes: readonly AskedRoute[];
  /** Whether endpoints may be elsewhere than on this machine and in private networks. */
  readonly mayBePublic: boolean;
}

/** Endpoints that are there, and what was started for them. */
export interface OpenBehind {
  readonly routes: readonly BehindRoute[];
  readonly mayBePublic: boolean;
  close(): Promise<void>;
}

/** The version of moto that is started where none is installed: the one that this was tried with. */
const moto = 'moto[server]==5.2.5';

const launchers = [
  { program: 'moto_server', args: [] },
  { program: 'uvx', args: ['--from', moto, 'moto_server'] },
  { program: 'pipx', args: ['run', '--spec', moto, 'moto_server'] },
];

/** The first start brings moto and what it needs from a registry. */
const patienceMs = 180_000;

const startMoto = async (tell: (line: string) => void): Promise<EmulatorProcess> => {
  const launcher = findLauncher(launchers);
  if (launcher === undefined) {
    throw new Failed(
      `--behind moto starts moto by uvx or pipx, and neither is on the path. Install one of them, or moto itself: pip install '${moto}'. ` +
        'One that runs already is named with its URL: --behind moto+http://127.0.0.1:5000.',
    );
  }
  tell(`faultline: starting moto by ${launcher.program}; the first time that takes a while`);
  const started = await startEmulator({
    launcher,
    args: (port) => ['-H', '127.0.0.1', '-p', String(port)],
    patienceMs,
    onEnd: () =>
      tell('faultline: moto has ended; calls that go behind are answered ServiceUnavailable'),
  });
  if ('origin' in started) return started;
  const [last = ''] = started.output.split('\n').slice(-1);
  throw new Failed(
    `moto could not be started by ${launcher.program}: ${started.why}. ${last}`.trim(),
  );
};

/** Whether a URL leads to this world's own endpoint, by whatever name of this machine. */
const isOwn = (origin: string, ownPort: number): boolean => {
  const { hostname, port } = new URL(origin);
  return (
    Number(port) === ownPort && (hostname === 'localhost' || /^(127\.|\[::1\])/.test(hostname))
  );
};

/**
 * Makes endpoints of what was asked for, and starts the emulators that are to be started. A call that came back to
 * this world's own port would go round for ever. Rejects with `Failed` and one line.
 */
export const openBehind = async (
  { routes: asked, mayBePublic }: AskedBehind,
  ownPort: number,
  tell: (line: string) => void,
): Promise<OpenBehind> => {
  let started: EmulatorProcess | undefined;
  const routes: BehindRoute[] = [];
  for (const { services, origin, preset } of asked) {
    if (origin !== undefined && isOwn(origin, ownPort)) {
      throw new Failed(
        `--behind: ${origin} is this world's own endpoint. Start what is to be behind on another port, and name that: ` +
          `--behind ${preset === undefined ? '' : `${preset}+`}http://127.0.0.1:PORT.`,
      );
    }
    if (origin === undefined) started ??= await startMoto(tell);
    routes.push({
      services,
      endpoint: {
        origin: origin ?? started?.origin ?? '',
        preset: preset === undefined ? undefined : presets[preset],
      },
    });
  }
  return { routes, mayBePublic, close: async () => await started?.close() };
};
