import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { malformed, reasonOf, type LeaveOut } from './user-data-problem.ts';
import { isMapping } from './user-data-yaml.ts';

/** A file of `write_files`. */
export interface CloudConfigFile {
  /** As written, without `..`; absolute paths are below the instance's disk. */
  readonly path: string;
  readonly content: Uint8Array;
  /** The content is gzip and is written opened. */
  readonly compressed: boolean;
  /** For example 0o644. */
  readonly permissions: number;
  /** As `chown` takes it; undefined is root. */
  readonly owner: string | undefined;
  readonly append: boolean;
  /** It is written after users are made and packages installed. */
  readonly defer: boolean;
}

const knownKeys: readonly string[] = [
  'path',
  'content',
  'owner',
  'permissions',
  'encoding',
  'append',
  'defer',
];

interface Encoding {
  readonly base64: boolean;
  readonly gzip: boolean;
}

const plain: Encoding = { base64: false, gzip: false };

/** cloud-init's names of encodings ("Write Files" module): what each asks for. */
const encodings: Readonly<Record<string, Encoding>> = {
  'text/plain': plain,
  b64: { base64: true, gzip: false },
  base64: { base64: true, gzip: false },
  gz: { base64: false, gzip: true },
  gzip: { base64: false, gzip: true },
  'gz+b64': { base64: true, gzip: true },
  'gz+base64': { base64: true, gzip: true },
  'gzip+b64': { base64: true, gzip: true },
  'gzip+base64': { base64: true, gzip: true },
};

/** Owners that are nobody else than root, as whom everything begins. */
const rootOwners: readonly string[] = ['root', 'root:root', 'root:', ''];

const ownerForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}(?::[A-Za-z0-9_.-]{0,64})?$/;

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
  const raw =
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value ?? '');
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
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 0 && value <= 0o7777 ? value : undefined;
  if (typeof value !== 'string' || !/^(?:0o?)?[0-7]{3,4}$/.test(value)) return undefined;
  return Number.parseInt(value.replace('o', ''), 8);
};

/** What cloud-init takes instead of a mode that it cannot read, with a warning ("decode_perms" of its module). */
const usualMode = 0o644;

const readFile = (
  value: unknown,
  where: string,
  leaveOut: LeaveOut,
): CloudConfigFile | DomainError => {
  if (!isMapping(value)) return malformed(`${where} must be a mapping with a path.`);
  const path = readPath(value['path'], where);
  if (isDomainError(path)) return path;
  for (const key of Object.keys(value).filter((key) => !knownKeys.includes(key)))
    leaveOut(`${where} has the key "${key}", which is not built.`);
  const { encoding: named = 'text/plain', owner = '' } = value;
  const encoding = typeof named === 'string' ? encodings[named.toLowerCase().trim()] : undefined;
  if (encoding === undefined) {
    leaveOut(
      `${where}.encoding is none of ${Object.keys(encodings).join(', ')}; its content is written as it is.`,
    );
  }
  const content = readContent(value['content'], encoding?.base64 ?? false, where);
  if (isDomainError(content)) return content;
  const permissions = modeOf(value['permissions'] ?? '0644');
  if (permissions === undefined)
    leaveOut(`${where}.permissions is no octal mode such as '0644', which it gets.`);
  const isOwner = typeof owner === 'string' && (owner === '' || ownerForm.test(owner));
  if (!isOwner) leaveOut(`${where}.owner is no user and group; the file is root's.`);
  return {
    path,
    content,
    compressed: encoding?.gzip ?? false,
    permissions: permissions ?? usualMode,
    owner: isOwner && !rootOwners.includes(owner) ? owner : undefined,
    append: value['append'] === true,
    defer: value['defer'] === true,
  };
};

/** The files of `write_files`, in the order in which they are written: those with `defer` last. */
export const readFiles = (value: unknown, leaveOut: LeaveOut): readonly CloudConfigFile[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    leaveOut('write_files must be a list.');
    return [];
  }
  const files: CloudConfigFile[] = [];
  for (const [index, item] of value.entries()) {
    const file = readFile(item, `write_files[${index}]`, leaveOut);
    if (isDomainError(file)) leaveOut(reasonOf(file));
    else files.push(file);
  }
  return [...files.filter(({ defer }) => !defer), ...files.filter(({ defer }) => defer)];
};
