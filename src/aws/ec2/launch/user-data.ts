import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { parseCloudConfig } from './user-data-cloud-config.ts';
import type { CloudConfig } from './user-data-cloud-config.ts';
import { looksLikeMime, splitMime } from './user-data-mime.ts';

/** A script with its `#!` line; `interpreter` is what that line names, with at most one argument, as a kernel reads it. */
export interface UserDataScript {
  readonly kind: 'script';
  readonly interpreter: readonly string[];
  readonly content: Uint8Array;
}

/** A `#cloud-config` document. */
export interface UserDataCloudConfig {
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
  | { readonly kind: 'parts'; readonly parts: readonly UserDataPart[] };

/** The formats of cloud-init that are known but not run here: refused, so that nobody waits for what never happens. */
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

const malformed = (message: string): DomainError =>
  new DomainError('InvalidUserData.Malformed', `Invalid user data: ${message}`);

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

/**
 * Two cloud-config parts may not say the same key: cloud-init would keep one of them by its merging rules, and
 * silently dropping the other is what nobody expects.
 */
const repeatedKey = (parts: readonly UserDataPart[]): DomainError | undefined => {
  const seen = new Set<string>();
  for (const part of parts) {
    if (part.kind !== 'cloud-config') continue;
    for (const key of part.config.keys) {
      if (seen.has(key)) {
        return malformed(
          `"${key}" stands in two cloud-config parts, and cloud-init would keep one; write it in one part.`,
        );
      }
      seen.add(key);
    }
  }
  return undefined;
};

const readMultipart = (bytes: Uint8Array): UserData | DomainError => {
  const mimeParts = splitMime(bytes);
  if (isDomainError(mimeParts)) return mimeParts;
  const parts: UserDataPart[] = [];
  for (const { type, content } of mimeParts) {
    const part = readTyped(type, content);
    if (isDomainError(part)) return part;
    parts.push(part);
  }
  return repeatedKey(parts) ?? { kind: 'parts', parts };
};

/**
 * Reads decoded user data (raw bytes, after base64) as cloud-init on an Amazon image reads it: a script that begins
 * with `#!`, `#cloud-config`, or MIME multi-part of both. What cloud-init would act upon and Faultline does not is a
 * DomainError (`InvalidUserData.Malformed`) that names it; what cloud-init would not act upon either is `ignored`.
 *
 * Source: cloud-init documentation, "User-data formats".
 */
export const readUserData = (bytes: Uint8Array | undefined): UserData | DomainError => {
  if (bytes === undefined || bytes.length === 0) return { kind: 'absent' };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { kind: 'compressed' };
  const part = readByFirstLine(bytes);
  if (isDomainError(part)) return part;
  if (part !== undefined) return { kind: 'parts', parts: [part] };
  if (looksLikeMime(bytes)) return readMultipart(bytes);
  return {
    kind: 'ignored',
    why: 'it begins neither with #! nor with #cloud-config and is not MIME multi-part; it can be read through the metadata service',
  };
};

/**
 * Says up front what is wrong with user data, so that RunInstances refuses it instead of a boot that does nothing.
 * Compressed user data is opened, and checked, only when the instance boots; the console then says what is wrong.
 */
export const checkUserData = (bytes: Uint8Array | undefined): DomainError | undefined => {
  const read = readUserData(bytes);
  return isDomainError(read) ? read : undefined;
};
