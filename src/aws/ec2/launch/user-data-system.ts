import type { LeaveOut } from './user-data-problem.ts';
import { isMapping } from './user-data-yaml.ts';

/** A user of `users`. */
export interface CloudConfigUser {
  readonly name: string;
  readonly gecos: string | undefined;
  readonly homedir: string | undefined;
  readonly shell: string | undefined;
  readonly uid: string | undefined;
  readonly primaryGroup: string | undefined;
  readonly groups: readonly string[];
  readonly isSystem: boolean;
  readonly hasHome: boolean;
  /** Lines of sudoers, each without the user's name. */
  readonly sudo: readonly string[];
  readonly keys: readonly string[];
}

/** A group of `groups`, with those of its members that are named there. */
interface CloudConfigGroup {
  readonly name: string;
  readonly members: readonly string[];
}

/** A line of `mounts`: an attached volume and where it is seen. */
export interface CloudConfigMount {
  readonly device: string;
  readonly path: string;
}

/** What a document asks of the system beside files and commands. */
export interface CloudConfigSystem {
  readonly hostname: string | undefined;
  readonly timezone: string | undefined;
  readonly groups: readonly CloudConfigGroup[];
  readonly users: readonly CloudConfigUser[];
  /** The image's own user is among the users (`default`). */
  readonly hasDefaultUser: boolean;
  /** Keys of the image's own user. */
  readonly keys: readonly string[];
  readonly mounts: readonly CloudConfigMount[];
  readonly packages: readonly string[];
  readonly updatesPackages: boolean;
  readonly upgradesPackages: boolean;
}

const userName = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;
const hostForm =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$/;
const zoneForm = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;
const packageForm = /^[A-Za-z0-9@][A-Za-z0-9@.+:~_=*/-]{0,200}$/;
const devicePattern = /^(?:\/dev\/)?(?:sd|xvd)[a-z]{1,2}\d{0,2}$/;

const isName = (value: unknown): value is string =>
  typeof value === 'string' && userName.test(value);

const isLine = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !/[\n\0]/.test(value.trim());

/** A list, or text with commas between its items, as cloud-init takes either. */
const listOf = (value: unknown): readonly unknown[] => {
  if (typeof value === 'string') return value.split(',').map((item) => item.trim());
  if (Array.isArray(value)) return value;
  if (isMapping(value)) return Object.keys(value);
  return value === undefined || value === null ? [] : [value];
};

const readNames = (value: unknown, where: string, leaveOut: LeaveOut): readonly string[] =>
  listOf(value).flatMap((item) => {
    if (isName(item)) return [item];
    leaveOut(`${where} has ${JSON.stringify(item)}, which is no name.`);
    return [];
  });

const readKeys = (value: unknown, where: string, leaveOut: LeaveOut): readonly string[] => {
  const keys = typeof value === 'string' ? [value] : Array.isArray(value) ? value : listOf(value);
  return keys.flatMap((key) => {
    if (isLine(key)) return [key.trim()];
    leaveOut(`${where} has something that is no line of text.`);
    return [];
  });
};

const readSudo = (value: unknown, where: string, leaveOut: LeaveOut): readonly string[] => {
  if (value === undefined || value === null || value === false) return [];
  return readKeys(value, where, leaveOut);
};

const knownUserKeys: readonly string[] = [
  'name',
  'gecos',
  'homedir',
  'shell',
  'uid',
  'primary_group',
  'groups',
  'system',
  'no_create_home',
  'sudo',
  'ssh_authorized_keys',
];

const textIn = (
  user: Readonly<Record<string, unknown>>,
  key: string,
  form: RegExp,
  where: string,
  leaveOut: LeaveOut,
): string | undefined => {
  const value = user[key];
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && form.test(text)) return text;
  leaveOut(`${where}.${key} is not understood.`);
  return undefined;
};

const readUser = (
  user: Readonly<Record<string, unknown>>,
  name: string,
  where: string,
  leaveOut: LeaveOut,
): CloudConfigUser => {
  const text = (key: string, form: RegExp): string | undefined =>
    textIn(user, key, form, where, leaveOut);
  for (const key of Object.keys(user)) {
    // A password is locked unless it is told otherwise, and so it is here.
    const isAsHere = key === 'lock_passwd' && user[key] === true;
    if (!knownUserKeys.includes(key) && !isAsHere)
      leaveOut(`${where} has the key "${key}", which is not built.`);
  }
  return {
    name,
    gecos: text('gecos', /^[^:\n\0]{1,200}$/),
    homedir: text('homedir', /^\/[^:\n\0]{0,400}$/),
    shell: text('shell', /^\/[^:\n\0]{0,400}$/),
    uid: text('uid', /^\d{1,9}$/),
    primaryGroup: text('primary_group', userName),
    groups: readNames(user['groups'], `${where}.groups`, leaveOut),
    isSystem: user['system'] === true,
    hasHome: user['no_create_home'] !== true && user['system'] !== true,
    sudo: readSudo(user['sudo'], `${where}.sudo`, leaveOut),
    keys: readKeys(user['ssh_authorized_keys'], `${where}.ssh_authorized_keys`, leaveOut),
  };
};

const readUsers = (
  value: unknown,
  leaveOut: LeaveOut,
): { readonly users: readonly CloudConfigUser[]; readonly hasDefaultUser: boolean } => {
  const users: CloudConfigUser[] = [];
  let hasDefaultUser = false;
  // As a mapping, `users` names each user by its key ("normalize_users_groups" of cloud-init).
  const items = isMapping(value)
    ? Object.entries(value).map(([name, its]) => (isMapping(its) ? { ...its, name } : name))
    : listOf(value);
  for (const [index, item] of items.entries()) {
    const where = `users[${index}]`;
    const user = isMapping(item) ? item : { name: item };
    const name = user['name'];
    if (name === 'default') hasDefaultUser = true;
    else if (isName(name)) users.push(readUser(user, name, where, leaveOut));
    else leaveOut(`${where} has no name that a user may have.`);
  }
  return { users, hasDefaultUser };
};

const readGroups = (value: unknown, leaveOut: LeaveOut): readonly CloudConfigGroup[] =>
  (isMapping(value) ? [value] : listOf(value)).flatMap((item): readonly CloudConfigGroup[] => {
    const named = isMapping(item) ? Object.entries(item) : [[item, undefined] as const];
    return named.flatMap(([name, members]) => {
      if (isName(name)) return [{ name, members: readNames(members, `groups.${name}`, leaveOut) }];
      leaveOut(`groups has ${JSON.stringify(name)}, which is no name.`);
      return [];
    });
  });

/**
 * Volumes are directories here, so that file system, options and the order of checks say nothing. A device that is no
 * attached volume (a label, swap, `ephemeral0`) has none.
 */
const readMounts = (value: unknown, leaveOut: LeaveOut): readonly CloudConfigMount[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    leaveOut('mounts must be a list.');
    return [];
  }
  return value.flatMap((line, index): readonly CloudConfigMount[] => {
    const where = `mounts[${index}]`;
    const [device, path]: readonly unknown[] = Array.isArray(line) ? line : [];
    // A line without a place takes away what the image would mount, which is nothing.
    if (typeof device === 'string' && (path === undefined || path === null)) return [];
    if (typeof device !== 'string' || typeof path !== 'string' || !path.startsWith('/')) {
      leaveOut(`${where} is not [device, /place, ...].`);
    } else if (!devicePattern.test(device)) {
      leaveOut(
        `${where} is of "${device}", which is no name of an attached volume such as /dev/sdf.`,
      );
    } else if (path.split('/').includes('..') || path.includes('\0') || /^\/+$/.test(path)) {
      leaveOut(`${where} is at "${path}", where no volume can be.`);
    } else return [{ device, path }];
    return [];
  });
};

const readPackages = (value: unknown, leaveOut: LeaveOut): readonly string[] =>
  (Array.isArray(value) ? value : listOf(value)).flatMap((item, index): readonly string[] => {
    const [name, version]: readonly unknown[] = Array.isArray(item) ? item : [item];
    const hasVersion = typeof version === 'string' || typeof version === 'number';
    const whole = hasVersion && typeof name === 'string' ? `${name}=${version}` : name;
    if (typeof whole === 'string' && packageForm.test(whole)) return [whole];
    leaveOut(`packages[${index}] is no name of a package, or a name and a version.`);
    return [];
  });

const readHostname = (
  mapping: Readonly<Record<string, unknown>>,
  leaveOut: LeaveOut,
): string | undefined => {
  const { hostname, fqdn } = mapping;
  const prefersFqdn = mapping['prefer_fqdn_over_hostname'] === true;
  const name = (prefersFqdn ? (fqdn ?? hostname) : (hostname ?? fqdn)) ?? undefined;
  if (name === undefined) return undefined;
  if (typeof name !== 'string' || !hostForm.test(name)) {
    leaveOut(`the host name ${JSON.stringify(name)} is none.`);
    return undefined;
  }
  return prefersFqdn ? name : name.split('.')[0];
};

/** The keys of a document that are read here. */
export const systemKeys: readonly string[] = [
  'hostname',
  'fqdn',
  'prefer_fqdn_over_hostname',
  'timezone',
  'groups',
  'users',
  'ssh_authorized_keys',
  'mounts',
  'packages',
  'package_update',
  'package_upgrade',
  'apt_update',
  'apt_upgrade',
];

/**
 * What a document asks of the system. What is not understood is left out.
 *
 * Source: cloud-init documentation, "Module reference": Users and Groups, Set Hostname, Timezone, Mounts, Package Update
 * Upgrade Install.
 */
export const readSystem = (
  mapping: Readonly<Record<string, unknown>>,
  leaveOut: LeaveOut,
): CloudConfigSystem => {
  const { users, hasDefaultUser } = readUsers(mapping['users'], leaveOut);
  const { timezone } = mapping;
  const isZone = typeof timezone === 'string' && zoneForm.test(timezone);
  if (timezone !== undefined && timezone !== null && !isZone)
    leaveOut(`the timezone ${JSON.stringify(timezone)} is none.`);
  return {
    hostname: readHostname(mapping, leaveOut),
    timezone: isZone ? timezone : undefined,
    groups: readGroups(mapping['groups'], leaveOut),
    users,
    hasDefaultUser,
    keys: readKeys(mapping['ssh_authorized_keys'], 'ssh_authorized_keys', leaveOut),
    mounts: readMounts(mapping['mounts'], leaveOut),
    packages: readPackages(mapping['packages'], leaveOut),
    updatesPackages: mapping['package_update'] === true || mapping['apt_update'] === true,
    upgradesPackages: mapping['package_upgrade'] === true || mapping['apt_upgrade'] === true,
  };
};
