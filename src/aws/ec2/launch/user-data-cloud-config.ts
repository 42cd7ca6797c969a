import { parseDocument } from 'yaml';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';

/** A command: a string is run by `sh`, a list is run as it is. */
export type CloudConfigCommand = string | readonly string[];

/** A file of `write_files`. */
export interface CloudConfigFile {
  /** As written, without `..`; absolute paths are below the instance's disk. */
  readonly path: string;
  readonly content: Uint8Array;
  /** The content is gzip and is written opened. */
  readonly compressed: boolean;
  /** For example 0o644. */
  readonly permissions: number;
  readonly append: boolean;
}

/** What a `#cloud-config` document asks for, of what is built here. */
export interface CloudConfig {
  /** The top-level keys that the document has. */
  readonly keys: readonly string[];
  readonly bootCommands: readonly CloudConfigCommand[];
  /** In the order in which they are written; those with `defer` last. */
  readonly files: readonly CloudConfigFile[];
  readonly runCommands: readonly CloudConfigCommand[];
  /** What of the document is not done, each with why. */
  readonly leftOut: readonly string[];
}

const prefix = 'Invalid user data: ';

/** What is wrong with user data, or with a part of it. */
export const malformed = (message: string): DomainError =>
  new DomainError('InvalidUserData.Malformed', `${prefix}${message}`);

/** The same as one of the things that are left out. */
export const reasonOf = ({ message }: DomainError): string =>
  message.startsWith(prefix) ? message.slice(prefix.length) : message;

const knownKeys: readonly string[] = ['bootcmd', 'write_files', 'runcmd'];
const knownFileKeys: readonly string[] = [
  'path',
  'content',
  'owner',
  'permissions',
  'encoding',
  'append',
  'defer',
];

/** cloud-init's names of encodings ("Write Files" module): what each asks for. */
const encodings: Readonly<Record<string, { readonly base64: boolean; readonly gzip: boolean }>> = {
  'text/plain': { base64: false, gzip: false },
  b64: { base64: true, gzip: false },
  base64: { base64: true, gzip: false },
  gz: { base64: false, gzip: true },
  gzip: { base64: false, gzip: true },
  'gz+b64': { base64: true, gzip: true },
  'gz+base64': { base64: true, gzip: true },
  'gzip+b64': { base64: true, gzip: true },
  'gzip+base64': { base64: true, gzip: true },
};

/** Owners that mean the instance's own user: everything of an instance runs as one user. */
const ownUser: readonly string[] = ['root', 'root:root', 'root:', ''];

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);

const readPath = (value: unknown, where: string): string | DomainError => {
  if (typeof value !== 'string' || value === '') return malformed(`${where}.path must be a path.`);
  if (value.includes('\0')) return malformed(`${where}.path holds a NUL character.`);
  const segments = value.split('/');
  if (segments.includes('..')) {
    return malformed(
      `${where}.path "${value}" has "..": a file may not leave the instance's disk.`,
    );
  }
  if (value.endsWith('/') || segments.every((segment) => segment === '' || segment === '.')) {
    return malformed(`${where}.path "${value}" names no file.`);
  }
  return value;
};

const readContent = (value: unknown, base64: boolean, where: string): Uint8Array | DomainError => {
  const raw = value ?? '';
  if (raw instanceof Uint8Array) {
    return base64 ? readContent(new TextDecoder().decode(raw), true, where) : raw;
  }
  if (typeof raw !== 'string') return malformed(`${where}.content must be text.`);
  if (!base64) return new TextEncoder().encode(raw);
  const text = raw.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replaceAll('=', '').length % 4 === 1) {
    return malformed(`${where}.content is not base64, as its encoding says.`);
  }
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
};

/** A number is taken as YAML 1.1 read it (0644 is octal there); a string is read as octal. */
const modeOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^(?:0o?)?[0-7]{3,4}$/.test(value)) return undefined;
  return Number.parseInt(value.replace('o', ''), 8);
};

const readPermissions = (value: unknown, where: string): number | DomainError => {
  const mode = modeOf(value ?? '0644');
  if (mode === undefined || !Number.isInteger(mode) || mode < 0 || mode > 0o7777) {
    return malformed(`${where}.permissions must be an octal mode such as '0644'.`);
  }
  return mode;
};

const readFlag = (value: unknown, where: string): boolean | DomainError => {
  if (value === undefined) return false;
  return typeof value === 'boolean' ? value : malformed(`${where} must be true or false.`);
};

interface OrderedFile {
  readonly file: CloudConfigFile;
  readonly defer: boolean;
}

const readFile = (value: unknown, where: string): OrderedFile | DomainError => {
  if (!isMapping(value)) return malformed(`${where} must be a mapping with a path.`);
  const unknown = Object.keys(value).find((key) => !knownFileKeys.includes(key));
  if (unknown !== undefined) {
    return malformed(
      `${where} has the key "${unknown}"; what is built: ${knownFileKeys.join(', ')}.`,
    );
  }
  const encodingName = value['encoding'] ?? 'text/plain';
  const encoding =
    typeof encodingName === 'string' ? encodings[encodingName.toLowerCase().trim()] : undefined;
  if (encoding === undefined) {
    return malformed(`${where}.encoding must be one of ${Object.keys(encodings).join(', ')}.`);
  }
  const owner = value['owner'] ?? '';
  if (typeof owner !== 'string' || !ownUser.includes(owner)) {
    return malformed(
      `${where}.owner is ${JSON.stringify(owner)}; everything in an instance belongs to one user, so only root:root is understood.`,
    );
  }
  const path = readPath(value['path'], where);
  if (isDomainError(path)) return path;
  const content = readContent(value['content'], encoding.base64, where);
  if (isDomainError(content)) return content;
  const permissions = readPermissions(value['permissions'], where);
  if (isDomainError(permissions)) return permissions;
  const append = readFlag(value['append'], `${where}.append`);
  if (isDomainError(append)) return append;
  const defer = readFlag(value['defer'], `${where}.defer`);
  if (isDomainError(defer)) return defer;
  return { file: { path, content, compressed: encoding.gzip, permissions, append }, defer };
};

/** Tells what is left out, and why. */
type LeaveOut = (problem: DomainError) => void;

const readFiles = (value: unknown, leaveOut: LeaveOut): readonly CloudConfigFile[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    leaveOut(malformed('write_files must be a list.'));
    return [];
  }
  const files: OrderedFile[] = [];
  for (const [index, item] of value.entries()) {
    const file = readFile(item, `write_files[${index}]`);
    if (isDomainError(file)) leaveOut(file);
    else files.push(file);
  }
  return [...files.filter(({ defer }) => !defer), ...files.filter(({ defer }) => defer)].map(
    ({ file }) => file,
  );
};

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const readCommands = (
  value: unknown,
  key: string,
  leaveOut: LeaveOut,
): readonly CloudConfigCommand[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    leaveOut(malformed(`${key} must be a list of commands.`));
    return [];
  }
  const commands: CloudConfigCommand[] = [];
  for (const [index, item] of value.entries()) {
    if (item === null) continue;
    if (typeof item === 'string') commands.push(item);
    else if (Array.isArray(item) && item.length > 0 && item.every(isScalar))
      commands.push(item.map(String));
    else leaveOut(malformed(`${key}[${index}] must be a string or a list of words.`));
  }
  return commands;
};

/**
 * Parses a `#cloud-config` document (YAML 1.1, as cloud-init's parser reads it). What is not built or not understood is
 * left out and named; a document that is none is a DomainError.
 *
 * Source: cloud-init documentation, "Module reference": Bootcmd, Write Files, Runcmd.
 */
export const parseCloudConfig = (text: string): CloudConfig | DomainError => {
  const document = parseDocument(text, { version: '1.1', uniqueKeys: true });
  const problem = document.errors[0];
  if (problem !== undefined) return malformed(`its #cloud-config is not YAML: ${problem.message}`);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (value !== null && !isMapping(value)) return malformed('its #cloud-config must be a mapping.');
  const mapping = value ?? {};
  const keys = Object.keys(mapping);
  const leftOut: string[] = [];
  const leaveOut: LeaveOut = (problem) => leftOut.push(reasonOf(problem));
  for (const key of keys) {
    if (!knownKeys.includes(key)) {
      leaveOut(malformed(`#cloud-config has "${key}", which is not built.`));
    }
  }
  return {
    keys,
    bootCommands: readCommands(mapping['bootcmd'], 'bootcmd', leaveOut),
    files: readFiles(mapping['write_files'], leaveOut),
    runCommands: readCommands(mapping['runcmd'], 'runcmd', leaveOut),
    leftOut,
  };
};
