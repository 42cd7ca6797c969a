import { Command, CommanderError } from 'commander';
import type { CallerOptions } from './caller-options.ts';
import type { BreakOptions } from './commands/break.ts';
import { useCompiledCode } from './compiled-code.ts';
import { Failed, Uncertain, UsageError } from '../text/usage-error.ts';
import { version } from '../text/version.ts';

/** Options that every command which speaks to a running world has. */
interface ClientOptions extends CallerOptions {
  readonly endpoint?: string;
  readonly json?: boolean;
}

/** What the Region and the account of a command mean to it, in the words of its help. */
interface CallerWords {
  readonly region: string;
  readonly account?: string;
}

const ofKey = 'the account of the key in AWS_ACCESS_KEY_ID';

const caller = (command: Command, { region, account }: CallerWords): Command =>
  command
    .option('--region <code>', region)
    .option('--account <id>', account ?? `whose, 12 digits (default: ${ofKey})`);

const worldOf = (command: Command): Command =>
  command.option(
    '--endpoint <url>',
    'the world to speak to (default: FAULTLINE_ENDPOINT, else port 4566)',
  );

const client = (command: Command, words: CallerWords): Command =>
  caller(worldOf(command).option('--json', 'print JSON, and nothing else, on stdout'), words);

const ofTarget: CallerWords = {
  region: 'where a target is that does not say it: api/ec2, zone/a (default: AWS_REGION)',
  account: `whose names of zones a target has, as zone/us-east-1a (default: ${ofKey})`,
};
const ofInstance: CallerWords = {
  region: 'the Region that it is in, where several have one of that name',
  account: `whose it is (default: anybody's, and of several of one name that of ${ofKey})`,
};
const ofImage: CallerWords = { region: 'the Region that it is in (default: found by its id)' };

/** The values of an option that may be given several times. */
const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** A file of a command is read only when the command runs: starting is mostly reading code. */
const addUp = (program: Command): void => {
  program
    .command('up')
    .description('start a world and serve the AWS API, DNS, balancers and instances')
    .option('--port <n>', 'port of the AWS endpoint; 0 takes a free one', '4566')
    .option('--dns-port <n>', 'port of the DNS server; 0 takes a free one', '5353')
    .option(
      '--host <address>',
      'address to bind; anything but loopback lets others run code here',
      '127.0.0.1',
    )
    .option('--data <dir>', 'directory that holds the world (default: .faultline)')
    .option('--ephemeral', 'keep nothing: the world is gone when the process ends')
    .option('--seed <n>', 'seed of a new world', '1')
    .option(
      '--world <file>',
      'YAML file of another geography: fewer Regions, new ones, round trips (docs/atlas.md)',
    )
    .option(
      '--speed <n>',
      'world seconds per real second; 0: time passes only by /clock/advance',
      '1',
    )
    .option(
      '--account <id>',
      'the account of keys that are none themselves, 12 digits',
      '000000000000',
    )
    .option(
      '--region <code>',
      'the Region of what to try first (default: AWS_REGION, else us-east-1)',
    )
    .option(
      '--driver <name>',
      'what runs instances: netns, container, process, mock, or auto (netns where it can be, else process)',
      'auto',
    )
    .option(
      '--strict-auth',
      'verify signatures (the secret of every access key is the key itself, or "test")',
    )
    .option(
      '--strict-user-data',
      'refuse launches whose user data asks for something that is not done here',
    )
    .option(
      '--behind <[services=]target>',
      'where calls of services go that are not here: moto (is started), ministack, floci, localstack, a URL, or sqs,sns=URL; repeatable',
      collect,
      [],
    )
    .option('--behind-anywhere', 'let --behind lead out of this machine and private networks')
    .option('--json', 'print the ready line as JSON')
    .action(async (options: Record<string, string | boolean | readonly string[]>) => {
      const { up } = await import('./commands/up.ts');
      await up(options);
    });
};

const addFaults = (program: Command): void => {
  client(program.command('break <target> <effect>'), ofTarget)
    .description(
      'break something: zone/use1-az1 power, region/us-east-1 disaster, zone/use1-az1/m5 capacity',
    )
    .option(
      '--severity <share>',
      'above 0 and at most 1: that share of hosts, requests, packets, ...',
    )
    .option('--duration <time>', 'mend it by itself after this world time, such as 10m')
    .option(
      '--latency-ms <n>',
      'how much a round trip, request, call or access to a disk takes longer',
    )
    .option(
      '--as <manner>',
      'api: silence, error, throttle, latency; gray; disk: stuck, slow, full; spot: interruption, rebalance',
    )
    .option('--operations <names>', 'api: only these, such as RunInstances,StartInstances')
    .option('--one-way', 'a link: only what is opened from its first end to its second')
    .option('--tail <time>', 'how long recovery drags on after the end')
    .option('--hold <time>', 'what was drawn holds at least so long')
    .option('--seed <n>', 'which hosts, requests, ... it strikes')
    .action(async (target: string, effect: string, options: ClientOptions & BreakOptions) => {
      const { breakSomething } = await import('./commands/break.ts');
      await breakSomething(target, effect, options);
    });
  client(program.command('mend [id]'), {
    ...ofTarget,
    region: 'only what is broken there; also where a target is that does not say it',
  })
    .description('mend one fault, by its id or its target, or with --all every one')
    .option('--all', 'mend everything')
    .action(async (id: string | undefined, options: ClientOptions & { readonly all?: boolean }) => {
      const { mend } = await import('./commands/mend.ts');
      await mend(id, options);
    });
  client(program.command('status'), {
    region: 'only this Region',
    account: `whose names of zones, and only what is its own (default: all, by the names of ${ofKey})`,
  })
    .description('what runs where, what is broken and since when, where to connect')
    .option('--all', 'all Regions, also those where nothing is')
    .action(async (options: ClientOptions & { readonly all?: boolean }) => {
      const { status } = await import('./commands/status.ts');
      await status(options);
    });
};

const addInstances = (program: Command): void => {
  caller(worldOf(program.command('ssh <instance> [command...]')), ofInstance)
    .description('a shell in an instance (by id, Name tag or private address), or a command: -- ls')
    .action(async (of: string, words: readonly string[], options: Record<string, string>) => {
      const { ssh } = await import('./commands/ssh.ts');
      await ssh(of, words, options);
    });
  client(program.command('logs <instance>'), ofInstance)
    .description('what an instance (by id, Name tag or private address) printed on its console')
    .option('--follow', 'go on with what it prints from now on')
    .action(async (of: string, options: ClientOptions & { readonly follow?: boolean }) => {
      const { logs } = await import('./commands/logs.ts');
      await logs(of, options);
    });
};

const addImages = (program: Command): void => {
  client(program.command('copies'), {
    region: 'only those from or to this Region',
    account: 'only those of this account, 12 digits',
  })
    .description('images and snapshots on their way between Regions: rate, share, time left')
    .option('--once', 'show them once instead of following them')
    .action(async (options: ClientOptions & { readonly once?: boolean }) => {
      const { copies } = await import('./commands/copies.ts');
      await copies(options);
    });
  const image = program.command('image').description('copy, bring in and take out images');
  client(image.command('copy <image-id>'), ofImage)
    .description('send an image to other Regions, or say what that takes')
    .option('--to <regions>', 'where to: eu-west-1,ap-south-1')
    .option('--name <name>', "the copies' name (default: its own)")
    .option('--estimate', 'only say how many hours and dollars it takes')
    .action(async (imageId: string, options: ClientOptions & Record<string, string>) => {
      const { imageCopy } = await import('./commands/image.ts');
      await imageCopy(imageId, options);
    });
  client(image.command('import [path]'), {
    region: 'where it is to be (default: AWS_REGION, else us-east-1)',
  })
    .description(
      'make an image of a directory, an archive (.tar, .tar.gz, .tar.zst) or a container',
    )
    .option('--container <reference>', 'an image of Docker or Podman, such as nginx:1.27')
    .option('--name <name>', 'what the image is called')
    .option('--architecture <name>', 'x86_64 or arm64')
    .option('--size-gib <n>', 'the size of its root volume')
    .action(async (path: string | undefined, options: ClientOptions & Record<string, string>) => {
      const { imageImport } = await import('./commands/image.ts');
      await imageImport(path, options);
    });
  client(image.command('export <image-id> <path>'), ofImage)
    .description("write an image's root file system to a directory or an archive")
    .action(
      async (imageId: string, path: string, options: ClientOptions & Record<string, string>) => {
        const { imageExport } = await import('./commands/image.ts');
        await imageExport(imageId, path, options);
      },
    );
};

const addDrill = (program: Command): void => {
  caller(program.command('drill <file-or-directory>'), {
    region:
      "where the stack's script has its clients unless it says otherwise (default: us-east-1)",
    account: 'whose stack it is, 12 digits (default: 000000000000, whatever the environment says)',
  })
    .description('run a drill: build a stack, send traffic, break things, measure what users lose')
    .option('--virtual', 'simulate it: no waiting and no sockets, the same decisions')
    .option('--json', 'print the report as JSON, and nothing else, on stdout')
    .option('--junit <file>', 'write a JUnit report')
    .option('--html <file>', 'write a single-file HTML report')
    .option('--objective <name=value>', 'set or replace an objective, such as rto=30s', collect, [])
    .option(
      '--speed <n>',
      'live: world seconds per real second, instead of what the file says; auto: as the machine keeps up, at most 10',
    )
    .option('--seed <n>', 'seed of the world, instead of what the file says')
    .option('--world <file>', 'world to run in, as for up, instead of what the file says')
    .option('--driver <name>', 'live: what runs instances, as for up (default: process)')
    .action(async (file: string, options: Record<string, unknown>) => {
      const { drill } = await import('./commands/drill.ts');
      await drill(file, options);
    });
};

const chooseHelp = `
How the score comes about:
  Each criterion marks a Region with the best value of all ranked Regions divided by its own: 1 is the best, 0.5 twice
  as dear, far or dirty. Price is the month's total (730 hours on demand), latency the median round trip over all users,
  carbon the grid's gCO2e/kWh of 2024. The score is the sum of weight times mark, the weights made to add to 1.
  Regions that lack a needed service rank behind those that have it; a Region where something that counts is unknown
  ranks behind those where all is known. Ties go to the Region whose farthest users are nearer.

FILE is YAML with the same words: users (a list of CITY:SHARE), services, instances (TYPE:COUNT), storage-gb,
egress-gb, within, max-latency, weights, pair. Options replace what it says.
`;

/** Choosing goes by what an account told, when `faultline atlas update` has asked one. */
const takeRefreshedFacts = async (): Promise<void> => {
  const { loadRefreshedFacts } = await import('./atlas/refreshed-facts-file.ts');
  loadRefreshedFacts();
};

const addAtlas = (program: Command): void => {
  program
    .command('choose [file]')
    .description('choose a Region, or two, for users, services, price, law and carbon')
    .option('--users <place:share>', 'CITY[,CC]:SHARE, repeatable; shares add to 100', collect, [])
    .option('--service <name>', 'an AWS service that is needed, repeatable', collect, [])
    .option('--instance <type:count>', 'instances that run all month, repeatable', collect, [])
    .option('--storage-gb <n>', 'gp3 storage')
    .option('--egress-gb <n>', 'traffic to the internet in a month')
    .option(
      '--within <area>',
      "where data must lie: EU, a country's code, a continent; or several: EU,CH",
    )
    .option('--max-latency <ms>', 'no users may be farther away than this')
    .option(
      '--weights <weights>',
      'what counts how much, the others nothing (default: price=1,latency=1)',
    )
    .option('--pair', 'choose a primary and a fallback Region together')
    .option('--all', 'show all Regions, not the first ten')
    .option('--html <file>', 'write a single-file HTML report with a map')
    .option('--json', 'print JSON, and nothing else, on stdout')
    .addHelpText('after', chooseHelp)
    .action(async (file: string | undefined, options: Record<string, unknown>) => {
      const { choose } = await import('./commands/choose.ts');
      await takeRefreshedFacts();
      await choose(file, options);
    });
  caller(program.command('regions'), {
    region: 'only this one',
    account: `with its names of zones, 12 digits (default: in JSON those of ${ofKey})`,
  })
    .description('all Regions: place, zones, services, price, carbon')
    .option('--seed <n>', 'seed of the world, from which names of zones come', '1')
    .option('--json', 'print JSON, and nothing else, on stdout')
    .action(async (options: Record<string, unknown>) => {
      const { regions } = await import('./commands/regions.ts');
      await takeRefreshedFacts();
      regions(options);
    });
  program
    .command('region <code>')
    .description('one Region: zones, nearest Regions, prices, services, carbon, past incidents')
    .option('--account <id>', `whose names of zones, 12 digits (default: ${ofKey})`)
    .option('--seed <n>', 'seed of the world, from which names of zones come', '1')
    .option('--sources', 'each fact with its source, its date and how sure it is')
    .option('--json', 'print JSON, and nothing else, on stdout')
    .action(async (code: string, options: Record<string, unknown>) => {
      const { region } = await import('./commands/region.ts');
      await takeRefreshedFacts();
      region(code, options);
    });
};

const addAtlasUpdate = (program: Command): void => {
  program
    .command('atlas')
    .description('the facts about Regions that choosing goes by')
    .command('update')
    .description('refresh them from an account: EC2, public parameters, price list')
    .option('--endpoint <url>', 'where to ask instead of AWS (default: AWS_ENDPOINT_URL)')
    .option('--dry-run', 'show what differs, and keep nothing')
    .option('--json', 'print JSON, and nothing else, on stdout')
    .action(async (options: Record<string, unknown>) => {
      const { updateAtlas } = await import('./commands/atlas.ts');
      await updateAtlas(options);
    });
};

const createProgram = (): Command => {
  const program = new Command('faultline')
    .description('AWS Regions and Availability Zones on your own machine, real enough to break')
    .version(version)
    .exitOverride()
    .configureOutput({
      // One line that names what was wrong; the usage is a `--help` away.
      outputError: (text, write) => write(`faultline: ${text.replace(/^error: /, '')}`),
    });
  addUp(program);
  addFaults(program);
  addInstances(program);
  addImages(program);
  addDrill(program);
  addAtlas(program);
  addAtlasUpdate(program);
  return program;
};

const exitCodeOf = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) return 2;
  if (error instanceof Uncertain) return 3;
  return 1;
};

/** Started by `npm start` or `bin/faultline.mjs`, the program ends when that is killed, as abruptly as that was. */
const dieWithLauncher = (): void => {
  if (process.channel === undefined) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
};

const main = async (): Promise<void> => {
  useCompiledCode();
  dieWithLauncher();
  const program = createProgram();
  try {
    for (const command of program.commands) {
      command.exitOverride();
      for (const part of command.commands) part.exitOverride();
    }
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (error instanceof CommanderError) return;
    const isExpected = [UsageError, Failed, Uncertain].some((kind) => error instanceof kind);
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`faultline: ${message}\n`);
    if (!isExpected && process.env['FAULTLINE_DEBUG'] !== undefined) console.error(error);
  }
};

await main();
