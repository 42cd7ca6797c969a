import { writeFileSync } from 'node:fs';
import type { DrillPlan } from '../../drill/drill-plan.ts';
import { loadDrill } from '../../drill/drill-file.ts';
import {
  parseObjective,
  withObjectives,
  type Objective,
  type ObjectiveResult,
} from '../../drill/objectives.ts';
import type { DrillSpeed, DrillWorld, DrillWorldOptions } from '../../drill/ports.ts';
import { latenessSentence } from '../../drill/report-words.ts';
import { reportText } from '../../drill/report-text.ts';
import { stdoutPaint } from '../../text/paint.ts';
import type { DrillResult } from '../../drill/report.ts';
import { runDrill, type DrillProgress } from '../../drill/run-drill.ts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { drillText, ProgressLine } from '../drill/drill-progress.ts';
import { openLiveDrill, openVirtualDrill } from '../../drill-worlds/open-drill-world.ts';
import { namedAccount } from '../caller-options.ts';
import { driverOf } from '../driver-option.ts';
import { Failed, Uncertain, UsageError } from '../../text/usage-error.ts';
import { version } from '../../text/version.ts';

/** The options of `faultline drill`, as the command line gives them. */
export interface DrillCommandOptions {
  readonly virtual?: boolean;
  readonly json?: boolean;
  readonly junit?: string;
  readonly html?: string;
  readonly objective?: readonly string[];
  readonly speed?: string;
  readonly seed?: string;
  readonly world?: string;
  readonly driver?: string;
  readonly account?: string;
  readonly region?: string;
}

const defaultAccount = '000000000000';

const speedOf = (options: DrillCommandOptions, plan: DrillPlan): DrillSpeed => {
  if (options.speed === undefined) return plan.speed;
  if (options.speed === 'auto') return options.speed;
  const speed = Number(options.speed);
  if (options.speed.trim() === '' || !(speed > 0 && speed <= 1000)) {
    throw new UsageError(`--speed is above 0 and at most 1000, or auto, not '${options.speed}'.`);
  }
  return speed;
};

const seedOf = (options: DrillCommandOptions, plan: DrillPlan): number => {
  if (options.seed === undefined) return plan.seed;
  const seed = Number(options.seed);
  if (!/^\d+$/.test(options.seed) || seed > 4_294_967_295) {
    throw new UsageError(`--seed is a whole number from 0 to 4294967295, not '${options.seed}'.`);
  }
  return seed;
};

const objectivesOf = (options: DrillCommandOptions): readonly Objective[] =>
  (options.objective ?? []).map((text) => {
    const objective = parseObjective(text, '--objective');
    if (isDomainError(objective)) throw new UsageError(objective.message);
    return objective;
  });

const planOf = async (file: string, options: DrillCommandOptions): Promise<DrillPlan> => {
  const others = objectivesOf(options);
  const plan = await loadDrill(file, {
    worldFile: options.world,
    readWorld: async (world) => {
      const { geographyOfFile } = await import('../../server/read-world-file.ts');
      return geographyOfFile(world);
    },
  });
  if (isDomainError(plan)) throw new UsageError(plan.message);
  return {
    ...plan,
    speed: speedOf(options, plan),
    seed: seedOf(options, plan),
    objectives: withObjectives(plan.objectives, others),
  };
};

/** A file that cannot be written is found before minutes of drill are lost. */
const checkWritable = (option: string, file: string | undefined): void => {
  if (file === undefined) return;
  try {
    writeFileSync(file, '', { flag: 'a' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--${option}: cannot write ${file}: ${why}`);
  }
};

const failed = (plan: DrillPlan, error: DomainError): Failed => {
  const { output } = error.details;
  if (typeof output === 'string' && output !== '') process.stderr.write(`${output.trimEnd()}\n`);
  return new Failed(`${plan.file}: ${error.message}`);
};

const runIn = async (
  plan: DrillPlan,
  world: DrillWorld,
  { startedAt, region }: { readonly startedAt: Date; readonly region: string | undefined },
  line: ProgressLine,
): Promise<DrillResult | DomainError> => {
  let current: (() => DrillProgress) | undefined;
  const stopWatching =
    world.mode === 'live' ? line.follow(plan, () => current?.()) : (): void => undefined;
  try {
    return await runDrill(plan, world, {
      version,
      startedAt,
      ...(region === undefined ? {} : { region }),
      watch: (progress) => {
        current = progress;
        line.now(drillText(plan, progress()));
      },
    });
  } finally {
    stopWatching();
    line.clear();
  }
};

/** Programs in this host's network run everywhere, and start quickly. */
const defaultDriver = 'process';

const openWorld = (options: DrillCommandOptions, world: DrillWorldOptions): Promise<DrillWorld> => {
  if (options.virtual !== true) {
    return openLiveDrill({ ...world, driver: driverOf(options.driver ?? defaultDriver) });
  }
  if (options.driver !== undefined) {
    throw new UsageError('--driver says what runs instances, and --virtual runs none: give one.');
  }
  return openVirtualDrill(world);
};

/** An interrupted drill leaves nothing running. */
const closeOnSignal = (world: DrillWorld): (() => void) => {
  const close = (signal: NodeJS.Signals): void => {
    void world.close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGINT', close);
  process.once('SIGTERM', close);
  return () => {
    process.off('SIGINT', close);
    process.off('SIGTERM', close);
  };
};

const write = async (result: DrillResult, options: DrillCommandOptions): Promise<void> => {
  const { report } = result;
  if (options.junit !== undefined) {
    const { junitReport } = await import('../../drill/report-junit.ts');
    writeFileSync(options.junit, junitReport(report));
  }
  if (options.html !== undefined) {
    const { htmlReport } = await import('../../drill/report-html.ts');
    writeFileSync(options.html, htmlReport(result));
  }
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${reportText(result, stdoutPaint)}\n`);
};

/** What is surely missed decides over what is uncertain. */
const judge = (plan: DrillPlan, { report }: DrillResult): void => {
  const named = (wanted: ObjectiveResult): string =>
    report.objectives
      .filter(({ result }) => result === wanted)
      .map(({ name }) => name)
      .join(' and ');
  const [missed, uncertain] = [named('missed'), named('uncertain')];
  if (missed !== '') throw new Failed(`${plan.file}: missed ${missed}.`);
  if (uncertain === '') return;
  throw new Uncertain(
    `${plan.file}: uncertain about ${uncertain}: ${latenessSentence(report) ?? ''}.`,
  );
};

/** `faultline drill`: runs a drill in a world of its own and says what users lost. */
export const drill = async (file: string, options: DrillCommandOptions): Promise<void> => {
  const startedAt = new Date();
  const line = new ProgressLine(process.stderr);
  line.now(`reading ${file}`);
  const plan = await planOf(file, options).finally(() => line.clear());
  const { region } = options;
  if (region !== undefined && plan.geography.region(region) === undefined) {
    throw new UsageError(`--region: there is no Region '${region}' in the drill's world.`);
  }
  checkWritable('junit', options.junit);
  checkWritable('html', options.html);
  line.now(`${plan.name}: starting a ${options.virtual === true ? 'simulated ' : ''}world`);
  const world = await openWorld(options, {
    geography: plan.geography,
    seed: plan.seed,
    speed: plan.speed,
    account: namedAccount(options) ?? defaultAccount,
    tell: (told) => line.tell(told),
  });
  const stopListening = closeOnSignal(world);
  let result: DrillResult | DomainError;
  try {
    result = await runIn(plan, world, { startedAt, region }, line);
  } finally {
    stopListening();
    await world.close();
  }
  if (isDomainError(result)) throw failed(plan, result);
  await write(result, options);
  judge(plan, result);
};
