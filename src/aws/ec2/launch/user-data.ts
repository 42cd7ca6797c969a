import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import {
  malformed,
  parseCloudConfig,
  reasonOf,
  type CloudConfig,
} from './user-data-cloud-config.ts';
import { looksLikeMime, splitMime } from './user-data-mime.ts';

/** A script with its `#!` line; `interpreter` is what that line names, with at most one argument, as a kernel reads it. */
interface UserDataScript {
  readonly kind: 'script';
  readonly interpreter: readonly string[];
  readonly content: Uint8Array;
}

/** A `#cloud-config` document. */
interface UserDataCloudConfig {
  readonly kind: 'cloud-config';
  readonly config: CloudConfig;
}

/** One thing that an instance does with its user data at boot. */
export type UserDataPart = UserDataScript | UserDataCloudConfig;

/**
 * What user data asks for. `compressed` is gzip that must be opened first; `ignored` is data that no boot program
 * acts upon, which AWS hands to the instance all the same (through the metadata service).
 */
export type UserData =
  | { readonly kind: 'absent' }
  | { readonly kind: 'compressed' }
  | { readonly kind: 'ignored'; readonly why: string }
  | {
      readonly kind: 'parts';
      readonly parts: readonly UserDataPart[];
      /** What is not done of it, each with why. */
      readonly leftOut: readonly string[];
    };

/** The formats of cloud-init that are known but not run here: left out, and named so that nobody waits for them. */
const refusedFormats: readonly (readonly [prefix: string, name: string])[] = [
  ['#include-once', 'text/x-include-once-url'],
  ['#include', 'text/x-include-url'],
  ['#cloud-config-archive', 'text/cloud-config-archive'],
  ['#cloud-config-jsonp', 'text/cloud-config-jsonp'],
  ['#cloud-boothook', 'text/cloud-boothook'],
  ['#part-handler', 'text/part-handler'],
  ['#upstart-job', 'text/upstart-job'],
  ['## template: jinja', 'text/jinja2'],
];

const scriptTypes: readonly string[] = [
  'text/x-shellscript',
  'text/x-shellscript-per-boot',
  'text/x-shellscript-per-instance',
  'text/x-shellscript-per-once',
];

/** Types that say nothing: the content's first line decides. */
const guessedTypes: readonly string[] = [
  'text/plain',
  'text/x-not-multipart',
  'application/octet-stream',
];

const decodeText = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);

/** The words of a `#!` line as Linux splits them: the program, then all the rest as one argument. */
const interpreterOf = (text: string): readonly string[] | DomainError => {
  const newline = text.indexOf('\n');
  const line = (newline < 0 ? text : text.slice(0, newline)).slice(2);
  if (line.endsWith('\r')) {
    return malformed(
      'its first line ends with a carriage return, so that no interpreter would be found; save the script with Unix line endings.',
    );
  }
  const words = /^[ \t]*(?<program>[^ \t]+)(?:[ \t]+(?<argument>.*?))?[ \t]*$/.exec(line)?.groups;
  const program = words?.['program'];
  if (program === undefined) return malformed('its #! line names no interpreter.');
  if (!program.startsWith('/')) {
    return malformed(
      `its #! line names the interpreter "${program}", which is not an absolute path.`,
    );
  }
  const argument = words?.['argument'];
  return argument === undefined || argument === '' ? [program] : [program, argument];
};

const readScript = (content: Uint8Array): UserDataScript | DomainError => {
  const interpreter = interpreterOf(decodeText(content.subarray(0, 4096)));
  return isDomainError(interpreter) ? interpreter : { kind: 'script', interpreter, content };
};

const readCloudConfig = (content: Uint8Array): UserDataCloudConfig | DomainError => {
  const config = parseCloudConfig(decodeText(content));
  return isDomainError(config) ? config : { kind: 'cloud-config', config };
};

/** Reads one part whose type is told by its first line, as cloud-init does for data that is not multi-part. */
const readByFirstLine = (content: Uint8Array): UserDataPart | DomainError | undefined => {
  const start = decodeText(content.subarray(0, 256));
  if (start.startsWith('#!')) return readScript(content);
  const refused = refusedFormats.find(([prefix]) => start.startsWith(prefix));
  if (refused !== undefined) {
    return malformed(
      `the cloud-init format ${refused[1]} ("${refused[0]}") is not built; use a script that begins with #!, #cloud-config, or MIME multi-part of these.`,
    );
  }
  if (/^#cloud-config\s/.test(`${start}\n`)) return readCloudConfig(content);
  return undefined;
};

const readTyped = (type: string, content: Uint8Array): UserDataPart | DomainError => {
  if (scriptTypes.includes(type)) {
    return decodeText(content.subarray(0, 2)) === '#!'
      ? readScript(content)
      : malformed(`a part of type ${type} does not begin with #!.`);
  }
  if (type === 'text/cloud-config') return readCloudConfig(content);
  if (guessedTypes.includes(type)) {
    return (
      readByFirstLine(content) ??
      malformed(`a part of type ${type} begins neither with #! nor with #cloud-config.`)
    );
  }
  return malformed(
    `the part type ${type} is not built; use text/x-shellscript or text/cloud-config.`,
  );
};

const withoutKey = (config: CloudConfig, key: string): CloudConfig => ({
  ...config,
  keys: config.keys.filter((other) => other !== key),
  ...(key === 'bootcmd' ? { bootCommands: [] } : {}),
  ...(key === 'write_files' ? { files: [] } : {}),
  ...(key === 'runcmd' ? { runCommands: [] } : {}),
});

/**
 * Of a key that stands in several cloud-config parts the last counts, as cloud-init merges them unless it is told otherwise
 * (`dict(replace)+list()+str()`, "Merging user-data sections").
 */
const merged = (
  parts: readonly UserDataPart[],
  leaveOut: (problem: DomainError) => void,
): readonly UserDataPart[] => {
  const later = new Set<string>();
  const kept: UserDataPart[] = [];
  for (const part of parts.toReversed()) {
    if (part.kind === 'script') {
      kept.unshift(part);
      continue;
    }
    let { config } = part;
    for (const key of part.config.keys) {
      if (later.has(key)) {
        config = withoutKey(config, key);
        leaveOut(
          malformed(
            `"${key}" stands in two cloud-config parts, of which cloud-init keeps the last.`,
          ),
        );
      }
      later.add(key);
    }
    kept.unshift({ kind: 'cloud-config', config });
  }
  return kept;
};

const readParts = (
  read: readonly (UserDataPart | DomainError)[],
): Extract<UserData, { kind: 'parts' }> => {
  const leftOut: string[] = [];
  const parts: UserDataPart[] = [];
  for (const part of read) {
    if (isDomainError(part)) {
      leftOut.push(reasonOf(part));
      continue;
    }
    if (part.kind === 'cloud-config') leftOut.push(...part.config.leftOut);
    parts.push(part);
  }
  const kept = merged(parts, (problem) => leftOut.push(reasonOf(problem)));
  return { kind: 'parts', parts: kept, leftOut };
};

/**
 * Reads decoded user data (raw bytes, after base64) as cloud-init on an Amazon image reads it: a script that begins
 * with `#!`, `#cloud-config`, or MIME multi-part of both. What cloud-init would act upon and Faultline does not is left
 * out and named; what cloud-init would not act upon either is `ignored`.
 *
 * Source: cloud-init documentation, "User-data formats".
 */
export const readUserData = (bytes: Uint8Array | undefined): UserData => {
  if (bytes === undefined || bytes.length === 0) return { kind: 'absent' };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { kind: 'compressed' };
  const part = readByFirstLine(bytes);
  if (part !== undefined) return readParts([part]);
  if (looksLikeMime(bytes)) {
    const mimeParts = splitMime(bytes);
    return readParts(
      isDomainError(mimeParts)
        ? [mimeParts]
        : mimeParts.map(({ type, content }) => readTyped(type, content)),
    );
  }
  return {
    kind: 'ignored',
    why: 'it begins neither with #! nor with #cloud-config and is not MIME multi-part; it can be read through the metadata service',
  };
};

/**
 * For worlds that are strict about user data: whether anything of it would be left out. At AWS nothing looks at user data
 * before the instance does. Compressed user data is opened only when the instance boots; the console then says what is
 * left out.
 */
export const userDataRefusal = (bytes: Uint8Array | undefined): DomainError | undefined => {
  const read = readUserData(bytes);
  return read.kind === 'parts' && read.leftOut.length > 0
    ? malformed(read.leftOut.join(' '))
    : undefined;
};
