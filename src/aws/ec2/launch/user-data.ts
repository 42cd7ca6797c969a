import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { parseCloudConfig, readCloudConfig, type CloudConfig } from './user-data-cloud-config.ts';
import { looksLikeMime, splitMime } from './user-data-mime.ts';
import { malformed, reasonOf } from './user-data-problem.ts';
import { isMapping, parseYaml } from './user-data-yaml.ts';

/** A script with its `#!` line; `interpreter` is what that line names, with at most one argument, as a kernel reads it. */
interface UserDataScript {
  readonly kind: 'script';
  readonly interpreter: readonly string[];
  readonly content: Uint8Array;
  /** `hook`: a boothook, which runs before all else at each boot. `once`: at the first boot alone, as its type says. */
  readonly when: 'boot' | 'once' | 'hook';
}

/** All `#cloud-config` documents as one. */
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

/** Opens gzip; what is broken or too large is a DomainError. The pure rooms have no such thing of their own. */
type OpenGzip = (bytes: Uint8Array) => Uint8Array | DomainError;

/** A part, several of an archive, or what is wrong with it; the mapping of a cloud-config waits for the others' keys. */
type ReadPart =
  | UserDataScript
  | { readonly kind: 'mapping'; readonly mapping: Readonly<Record<string, unknown>> }
  | DomainError;

/** The formats of cloud-init that are not run here: left out, and named so that nobody waits for them. */
const refusedFormats: Readonly<Record<string, string>> = {
  'text/x-include-once-url': 'what it names is not fetched',
  'text/x-include-url': 'what it names is not fetched',
  'text/cloud-config-jsonp': 'JSON patches are not built',
  'text/part-handler': 'handlers in Python run within cloud-init, which is not here',
  'text/upstart-job': 'there is no Upstart',
};

/**
 * What data begins with and the type that says, the longest first, blanks before it and upper case passed over
 * (`INCLUSION_TYPES_MAP` and `type_from_starts_with` of cloud-init's `handlers`).
 */
const typesByStart: readonly (readonly [start: string, type: string])[] = [
  ['#cloud-config-archive', 'text/cloud-config-archive'],
  ['#cloud-config-jsonp', 'text/cloud-config-jsonp'],
  ['## template: jinja', 'text/jinja2'],
  ['#cloud-boothook', 'text/cloud-boothook'],
  ['#include-once', 'text/x-include-once-url'],
  ['#part-handler', 'text/part-handler'],
  ['#cloud-config', 'text/cloud-config'],
  ['#upstart-job', 'text/upstart-job'],
  ['#include', 'text/x-include-url'],
  ['#!', 'text/x-shellscript'],
];

/** When the scripts of a type run. A plain one runs at each boot: an instance is its program. */
const scriptTypes: Readonly<Record<string, UserDataScript['when']>> = {
  'text/x-shellscript': 'boot',
  'text/x-shellscript-per-boot': 'boot',
  'text/x-shellscript-per-instance': 'once',
  'text/x-shellscript-per-once': 'once',
};

/** Types that say nothing: the content's first line decides. */
const guessedTypes: readonly string[] = [
  'text/plain',
  'text/x-not-multipart',
  'application/octet-stream',
];

/** Types of compressed parts; cloud-init opens them and looks at what is in them. */
const compressedTypes: readonly string[] = [
  'application/gzip',
  'application/x-gzip',
  'application/gzip-compressed',
  'application/x-gzip-compressed',
];

/** How many archives and compressed parts may lie in one another. */
const deepestPart = 4;

const decodeText = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);

/** The words of a `#!` line as Linux splits them: the program, then all the rest as one argument. */
const interpreterOf = (text: string): readonly string[] | DomainError => {
  const newline = text.indexOf('\n');
  const line = (newline < 0 ? text : text.slice(0, newline)).slice(2);
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

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A script that was saved with a carriage return at each line's end is run without them ("dos2unix" of cloud-init). */
const withUnixLines = (content: Uint8Array): Uint8Array => {
  const newline = content.indexOf(0x0a);
  if (newline < 1 || content[newline - 1] !== 0x0d) return content;
  return content.filter((byte, index) => byte !== 0x0d || content[index + 1] !== 0x0a);
};

const readScript = (
  written: Uint8Array,
  type: string,
  when: UserDataScript['when'],
): UserDataScript | DomainError => {
  const content = withUnixLines(written);
  const start = decodeText(content.subarray(0, 4096));
  if (!start.startsWith('#!')) return malformed(`a part of type ${type} does not begin with #!.`);
  const interpreter = interpreterOf(start);
  return isDomainError(interpreter) ? interpreter : { kind: 'script', interpreter, content, when };
};

const typeByStart = (content: Uint8Array): string | undefined => {
  const start = decodeText(content.subarray(0, 512)).trimStart().toLowerCase();
  return typesByStart.find(([prefix]) => start.startsWith(prefix))?.[1];
};

/** What comes after the first line that is not blank. */
const afterFirstLine = (content: Uint8Array): Uint8Array => {
  const text = decodeText(content).trimStart();
  const newline = text.indexOf('\n');
  return new TextEncoder().encode(newline < 0 ? '' : text.slice(newline + 1).trimStart());
};

/** A template that asks for nothing is what stands below its first line. */
const readJinja = (
  content: Uint8Array,
  open: OpenGzip | undefined,
  depth: number,
): readonly ReadPart[] => {
  const rest = afterFirstLine(content);
  if (/\{[{%#]/.test(decodeText(rest)))
    return [
      malformed(
        'the cloud-init format text/jinja2 is not built: its {{ }} and {% %} would have to be filled in.',
      ),
    ];
  return (
    readByStart(rest, open, depth) ?? [
      malformed('a part of type text/jinja2 says nothing below its first line.'),
    ]
  );
};

/** "Cloud config archive": a list of texts, or of mappings with `content` and, where it says so, `type`. */
const readArchive = (
  content: Uint8Array,
  open: OpenGzip | undefined,
  depth: number,
): readonly ReadPart[] => {
  const items = parseYaml(decodeText(content), '#cloud-config-archive');
  if (isDomainError(items)) return [items];
  if (!Array.isArray(items)) return [malformed('its #cloud-config-archive must be a list.')];
  return items.flatMap((item: unknown, index): readonly ReadPart[] => {
    const entry = isMapping(item) ? item : { content: item };
    const { content: its, type = 'text/plain' } = entry;
    if (typeof its !== 'string' && !(its instanceof Uint8Array))
      return [malformed(`#cloud-config-archive[${index}] has no content that is text.`)];
    const bytes = typeof its === 'string' ? new TextEncoder().encode(its) : its;
    return readTyped(String(type), bytes, open, depth + 1);
  });
};

const readCompressed = (
  content: Uint8Array,
  open: OpenGzip | undefined,
  depth: number,
): readonly ReadPart[] => {
  const opened =
    open?.(content) ?? malformed('a compressed part is opened when the instance boots.');
  return isDomainError(opened) ? [opened] : readTyped('text/plain', opened, open, depth + 1);
};

/** Reads data whose type is told by how it begins; undefined when cloud-init would not act upon it. */
const readByStart = (
  content: Uint8Array,
  open: OpenGzip | undefined,
  depth: number,
): readonly ReadPart[] | undefined => {
  const type = typeByStart(content);
  return type === undefined ? undefined : readTyped(type, content, open, depth);
};

const readTyped = (
  type: string,
  content: Uint8Array,
  open: OpenGzip | undefined,
  depth: number,
): readonly ReadPart[] => {
  if (depth > deepestPart)
    return [malformed(`its parts are nested more than ${deepestPart} deep.`)];
  if (isGzip(content) || compressedTypes.includes(type))
    return readCompressed(content, open, depth);
  const when = scriptTypes[type];
  if (when !== undefined) return [readScript(content, type, when)];
  if (type === 'text/cloud-boothook') {
    const isNamed = typeByStart(content) === type;
    return [readScript(isNamed ? afterFirstLine(content) : content, type, 'hook')];
  }
  if (type === 'text/cloud-config') {
    const mapping = parseCloudConfig(decodeText(content));
    return [isDomainError(mapping) ? mapping : { kind: 'mapping', mapping }];
  }
  if (type === 'text/cloud-config-archive') return readArchive(content, open, depth);
  if (type === 'text/jinja2') return readJinja(content, open, depth);
  if (guessedTypes.includes(type)) {
    const begins = `a part of type ${type} begins neither with #! nor with #cloud-config.`;
    return readByStart(content, open, depth) ?? [malformed(begins)];
  }
  const why = refusedFormats[type];
  return [
    malformed(
      why === undefined
        ? `the part type ${type} is not built; use text/x-shellscript or text/cloud-config.`
        : `the cloud-init format ${type} is not built: ${why}.`,
    ),
  ];
};

/**
 * Of a key that stands in several cloud-config parts the last counts, as cloud-init merges them unless it is told otherwise
 * (`dict(replace)+list()+str()`, "Merging user-data sections").
 */
const readParts = (read: readonly ReadPart[]): Extract<UserData, { kind: 'parts' }> => {
  const leftOut: string[] = [];
  const scripts: UserDataScript[] = [];
  let mapping: Readonly<Record<string, unknown>> | undefined;
  for (const part of read) {
    if (isDomainError(part)) leftOut.push(reasonOf(part));
    else if (part.kind === 'script') scripts.push(part);
    else {
      for (const key of Object.keys(part.mapping)) {
        if (mapping !== undefined && Object.hasOwn(mapping, key))
          leftOut.push(
            `"${key}" stands in two cloud-config parts, of which cloud-init keeps the last.`,
          );
      }
      mapping = { ...mapping, ...part.mapping };
    }
  }
  if (mapping === undefined) return { kind: 'parts', parts: scripts, leftOut };
  const config = readCloudConfig(mapping);
  return {
    kind: 'parts',
    parts: [{ kind: 'cloud-config', config }, ...scripts],
    leftOut: [...leftOut, ...config.leftOut],
  };
};

/**
 * Reads decoded user data (raw bytes, after base64) as cloud-init on an Amazon image reads it: a script that begins
 * with `#!`, `#cloud-config`, an archive, or MIME multi-part of these. Gzip is opened by `open`; without it it is `compressed`. What cloud-init would act upon and Faultline does not is left
 * out and named; what cloud-init would not act upon either is `ignored`.
 *
 * Source: cloud-init documentation, "User-data formats".
 */
export const readUserData = (bytes: Uint8Array | undefined, open?: OpenGzip): UserData => {
  if (bytes === undefined || bytes.length === 0) return { kind: 'absent' };
  if (isGzip(bytes)) {
    if (open === undefined) return { kind: 'compressed' };
    const opened = open(bytes);
    return isDomainError(opened) ? readParts([opened]) : readUserData(opened);
  }
  const parts = readByStart(bytes, open, 0);
  if (parts !== undefined) return readParts(parts);
  if (looksLikeMime(bytes)) {
    const mimeParts = splitMime(bytes);
    return readParts(
      isDomainError(mimeParts)
        ? [mimeParts]
        : mimeParts.flatMap(({ type, content }) => readTyped(type, content, open, 0)),
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
