import { resolve } from 'node:path';
import { isDomainError } from '../../world/domain-error.ts';
import { UsageError } from '../../text/usage-error.ts';
import { openJournal } from '../../server/open-journal.ts';
import { regionOf } from '../caller-options.ts';
import { driverOf } from '../driver-option.ts';
import type { ServerOptions } from '../../server/server.ts';

type Options = Readonly<Record<string, string | boolean | readonly string[]>>;

const text = (options: Options, name: string): string => String(options[name] ?? '');

const wholeNumber = (options: Options, name: string, flag: string, highest: number): number => {
  const value = Number(text(options, name));
  if (!/^\d+$/.test(text(options, name)) || value > highest) {
    throw new UsageError(
      `--${flag} is a whole number from 0 to ${highest}, not '${text(options, name)}'.`,
    );
  }
  return value;
};

const speedOf = (options: Options): number => {
  const speed = Number(text(options, 'speed'));
  if (text(options, 'speed') === '' || !(speed >= 0 && speed <= 10_000)) {
    throw new UsageError(
      `--speed is from 0 (time stands still) to 10000, not '${text(options, 'speed')}'.`,
    );
  }
  return speed;
};

const accountOf = (options: Options): string => {
  const account = text(options, 'account');
  if (!/^\d{12}$/.test(account)) throw new UsageError(`--account is 12 digits, not '${account}'.`);
  return account;
};

const dataDirectoryOf = (options: Options): string | undefined => {
  const { data } = options;
  if (options['ephemeral'] !== true) return resolve(typeof data === 'string' ? data : '.faultline');
  if (data !== undefined) {
    throw new UsageError(
      '--ephemeral keeps nothing, and --data says where to keep it: give one of them.',
    );
  }
  return undefined;
};

/** The settings that the command line gives, checked. */
const serverOptionsOf = (options: Options): ServerOptions => ({
  port: wholeNumber(options, 'port', 'port', 65_535),
  dnsPort: wholeNumber(options, 'dnsPort', 'dns-port', 65_535),
  host: text(options, 'host'),
  dataDirectory: dataDirectoryOf(options),
  seed: wholeNumber(options, 'seed', 'seed', 4_294_967_295),
  speed: speedOf(options),
  account: accountOf(options),
  driver: driverOf(text(options, 'driver')),
  strictAuth: options['strictAuth'] === true,
  strictUserData: options['strictUserData'] === true,
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** A terminal and whoever launched us both pass one Ctrl-C on: what comes so soon after is the same one. */
const sameSignalMs = 1000;

const waitForSignal = async (): Promise<void> => {
  await new Promise<void>((done) => {
    let firstAt: number | undefined;
    const receive = (signal: NodeJS.Signals): void => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        done();
      } else if (performance.now() - firstAt > sameSignalMs) {
        // Someone in a hurry: what is left is found and ended at the next start. The signal does what it does by
        // itself, since an exit would close the journal's file behind the journal, which then looks as if it were cut.
        process.off(signal, receive);
        process.kill(process.pid, signal);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, receive);
  });
};

/** A file that describes the world is read only when there is one: it brings the gazetteer with it. */
const geographyOption = async (options: Options): Promise<Pick<ServerOptions, 'geography'>> => {
  const { world } = options;
  if (typeof world !== 'string') return {};
  const { geographyOfFile } = await import('../../server/read-world-file.ts');
  const geography = geographyOfFile(world);
  if (isDomainError(geography)) throw new UsageError(`--world ${geography.message}`);
  return { geography };
};

const regionOption = ({ region }: Options): Pick<ServerOptions, 'region'> => {
  const named = regionOf(typeof region === 'string' ? { region } : {});
  return named === undefined ? {} : { region: named };
};

/** Names of AWS's services are looked up only when somebody gives some. */
const behindOption = async (options: Options): Promise<Pick<ServerOptions, 'behind'>> => {
  const { behind } = options;
  if (!Array.isArray(behind) || behind.length === 0) return {};
  const { behindOf } = await import('../behind-option.ts');
  const asked = behindOf(behind, options['behindAnywhere'] === true);
  return asked === undefined ? {} : { behind: asked };
};

/** `faultline up`: serves until it is told to end; then it ends everything that it started. */
export const up = async (options: Options): Promise<void> => {
  const settings = {
    ...serverOptionsOf(options),
    ...(await geographyOption(options)),
    ...(await behindOption(options)),
    ...regionOption(options),
  };
  if (!isLoopback(settings.host)) {
    process.stderr.write(
      `faultline: warning: --host ${settings.host} lets other machines in, and user data runs as code on this one.\n`,
    );
  }
  // The journal opens in a thread of its own while this one reads the rest of the program.
  const opening = openJournal(settings.dataDirectory, settings.seed);
  const loading = import('../../server/server.ts');
  const [{ startServer }] = await Promise.all([loading, opening]);
  const server = await startServer(settings, opening);
  process.stdout.write(
    options['json'] === true ? `${JSON.stringify(server.ready)}\n` : `${server.readyLine}\n`,
  );
  for (const hint of server.hints) process.stderr.write(`${hint}\n`);
  await waitForSignal();
  await server.close();
};
