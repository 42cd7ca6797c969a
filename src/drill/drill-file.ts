import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { earth, type Geography } from '../atlas/geography.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import { checkDrill } from './check-drill.ts';
import type { DrillPlan } from './drill-plan.ts';
import { invalid, isMapping, text } from './read-fields.ts';

/** Users of one kind at one place, as a drill file has them. */
export interface DrillTraffic {
  readonly name: string;
  /** A city or a Region, for example `London,GB`. */
  readonly vantage: string;
  /** A URL to GET, or more. Without `expectStatus` every status from 200 to 399 is fine. */
  readonly request:
    | string
    | {
        readonly method?: string;
        readonly url: string;
        readonly headers?: Readonly<Record<string, string>>;
        readonly expectStatus?: number | readonly number[];
      };
  /** Requests per world second, of all clients together. */
  readonly rate: number;
  /** Each client has a DNS cache of its own. Default 10. */
  readonly clients?: number;
  /** World time after which a user gives up. Default `5s`. */
  readonly timeout?: string;
}

/** Something that a drill does, and when: drill time such as `7m`. */
export type DrillStep =
  | {
      readonly at: string;
      /** For example `zone/use1-az1` or `region/us-east-1`. */
      readonly break: string;
      /** For example `power`, `network`, `disaster`. */
      readonly effect: string;
      readonly severity?: number;
      readonly duration?: string;
      readonly latencyMs?: number;
      /** Of the effects `api`, `gray`, `disk` and `spot`: for example `error`, `throttle`, `stuck`. */
      readonly as?: string;
      /** Of the effect `api`: only these operations. */
      readonly operations?: readonly string[];
      /** Of a link: only what is opened from its first end to its second. */
      readonly oneWay?: boolean;
      /** How long recovery drags on after the end, for example `1h`. */
      readonly tail?: string;
      /** How long what was drawn holds at least. */
      readonly hold?: string;
      readonly seed?: number;
    }
  | {
      readonly at: string;
      /** A target that was broken before. */
      readonly mend: string;
    };

/** A drill as it is written: what a YAML file holds, or what a TypeScript one exports as its default. */
export interface Drill {
  readonly name: string;
  /** The script that builds the stack, beside the drill. */
  readonly stack: string;
  /** The world that it runs in, beside the drill: a file as `up --world` takes it. Default: the Earth's Regions. */
  readonly world?: string;
  /** Default 1. */
  readonly seed?: number;
  /** World seconds per real second of a live run. Default `auto`: as fast as the machine keeps up with, at most 10. */
  readonly speed?: number | 'auto';
  /** World time, after the stack has settled. */
  readonly duration: string;
  readonly traffic: readonly DrillTraffic[];
  readonly timeline?: readonly DrillStep[];
  readonly objectives?: {
    /** Within which all users are served again after each fault, for example `3m`. */
    readonly rto?: string;
    /** Of all requests, for example `99.5%`. */
    readonly availability?: string | number;
    readonly requestsLost?: number;
  };
}

const namesInDirectory = ['drill.yaml', 'drill.yml', 'drill.ts'] as const;

const yamlExtensions = ['.yaml', '.yml'];
const moduleExtensions = ['.ts', '.mts', '.js', '.mjs'];

const oneLine = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replace(/:$/, '.');
};

/** The file itself: for a directory the drill in it. */
const findFile = (named: string): string | DomainError => {
  const found = statSync(named, { throwIfNoEntry: false });
  if (found === undefined) return invalid(named, 'there is no such file or directory.');
  if (!found.isDirectory()) return named;
  const inside = namesInDirectory
    .map((name) => join(named, name))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
  return inside ?? invalid(named, `there is no ${namesInDirectory.join(', ')} in this directory.`);
};

const readYaml = async (file: string): Promise<unknown> => {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: true });
  const [error] = document.errors;
  return error === undefined ? document.toJS() : invalid('', oneLine(error));
};

const readModule = async (file: string): Promise<unknown> => {
  // A module is whatever its author wrote; the check of the drill says what is wrong with it.
  const loaded = (await import(pathToFileURL(resolve(file)).href)) as {
    readonly default?: unknown;
  };
  return loaded.default ?? invalid('', 'the module has no default export; it is the drill.');
};

const readWritten = async (file: string): Promise<unknown> => {
  const extension = extname(file);
  try {
    if (yamlExtensions.includes(extension)) return await readYaml(file);
    if (moduleExtensions.includes(extension)) return await readModule(file);
  } catch (error) {
    return invalid('', `cannot be read: ${oneLine(error)}`);
  }
  return invalid('', `is no drill: a drill is YAML (.yaml, .yml) or a module (.ts, .mjs, .js).`);
};

/** In which world a drill is to run. */
export interface DrillGround {
  /** The file that describes it, whatever the drill says; undefined leaves it to the drill. */
  readonly worldFile: string | undefined;
  /** The geography that a file describes. Its errors name the file. */
  readonly readWorld: (file: string) => Promise<Geography | DomainError>;
}

/** The world of a drill: the one that it is told, else the one that it names, else the Earth. */
const geographyOf = async (
  written: unknown,
  file: string,
  { worldFile, readWorld }: DrillGround,
): Promise<Geography | DomainError> => {
  if (worldFile !== undefined) return await readWorld(worldFile);
  const named = isMapping(written) ? written['world'] : undefined;
  if (named === undefined) return earth;
  const name = text(named, 'world');
  if (isDomainError(name)) return name;
  const read = await readWorld(resolve(dirname(file), name));
  return isDomainError(read) ? invalid('world', read.message) : read;
};

const planOf = async (
  file: string,
  shownFile: string,
  ground: DrillGround,
): Promise<DrillPlan | DomainError> => {
  const written = await readWritten(shownFile);
  if (isDomainError(written)) return written;
  const geography = await geographyOf(written, file, ground);
  return isDomainError(geography) ? geography : checkDrill(written, file, shownFile, geography);
};

/**
 * Reads and checks a drill file, or the one in a directory. The error is `InvalidDrill`; its message is one line that
 * names the file and the place in it.
 */
export const loadDrill = async (
  named: string,
  ground: DrillGround,
): Promise<DrillPlan | DomainError> => {
  const file = findFile(named);
  if (isDomainError(file)) return file;
  const plan = await planOf(resolve(file), file, ground);
  return isDomainError(plan)
    ? new DomainError(plan.code, `${file}: ${plan.message.replaceAll(/\s*\n\s*/g, ' ')}`)
    : plan;
};
