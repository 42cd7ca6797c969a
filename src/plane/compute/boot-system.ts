import type { CloudConfigFile } from '../../aws/ec2/launch/user-data-files.ts';
import type {
  CloudConfigMount,
  CloudConfigSystem,
  CloudConfigUser,
} from '../../aws/ec2/launch/user-data-system.ts';
import { volumeVariable } from '../../aws/ec2/storage/device-names.ts';

/** What a machine has for itself, so that its user data may change it. */
export interface BootSystem {
  /** Users, packages and `/etc` are its own, and it has a shell to change them; else they are the host's and left alone. */
  readonly isOwn: boolean;
  readonly hasOwnHostname: boolean;
  /** What the machine's programs find there, for example `VOLUME_SDF`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What of a system's set-up is not done where it would be the host's, each with why. */
export const leftToHost = (
  { users, groups, hasDefaultUser, packages, ...rest }: CloudConfigSystem,
  files: readonly CloudConfigFile[],
): readonly string[] => {
  const named = (what: string, names: readonly string[]): readonly string[] =>
    names.length === 0
      ? []
      : [
          `${what} ${names.join(', ')}: the instance has no system of its own, and the host's is left alone.`,
        ];
  const packageActs = [
    ...(rest.updatesPackages ? ['package_update'] : []),
    ...(rest.upgradesPackages ? ['package_upgrade'] : []),
    ...packages,
  ];
  return [
    ...named(
      'groups',
      groups.map(({ name }) => name),
    ),
    ...named('users', [...(hasDefaultUser ? ['default'] : []), ...users.map(({ name }) => name)]),
    ...named('packages', packageActs),
    ...files.flatMap(({ path, owner }) =>
      owner === undefined ? [] : named('owner of', [`${path} (${owner})`]),
    ),
  ];
};

/** The directory of the volume that a line of `mounts` is of; `xvdf` and `sdf` are one device, as on Amazon's images. */
export const volumeOf = (
  { device }: CloudConfigMount,
  environment: BootSystem['environment'],
): string | undefined => {
  const name = device.replace(/^\/dev\//, '');
  const other = name.startsWith('xvd') ? name.replace(/^xvd/, 'sd') : name.replace(/^sd/, 'xvd');
  return environment[volumeVariable(name)] ?? environment[volumeVariable(other)];
};

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

const functions = String.raw`
failed() { echo "faultline: user data: $*"; }
has() { command -v "$1" >/dev/null 2>&1; }
line_of() { while IFS= read -r line; do case "$line" in "$2":*) echo "$line"; return 0;; esac; done <"$1"; return 1; }
# Images without tools for users have their files all the same.
next_id() {
  next=1000
  while IFS=: read -r _ _ id _; do [ "$id" -ge "$next" ] 2>/dev/null && [ "$id" -lt 60000 ] && next=$((id + 1)); done <"$1"
  echo "$next"
}
third_of() { line_of "$1" "$2" | { IFS=: read -r _ _ id _; echo "$id"; }; }
join_by_hand() {
  line_of /etc/group "$2" >/dev/null || return 1
  all=
  while IFS= read -r line; do
    case "$line" in "$2":*:) line=$line$1;; "$2":*) line=$line,$1;; esac
    all=$all$line'
'
  done </etc/group
  printf %s "$all" >/etc/group
}
user_by_hand() {
  main=$primary
  [ -n "$main" ] || main=$name
  group "$main"
  gid=$(third_of /etc/group "$main")
  [ -n "$uid" ] || uid=$(next_id /etc/passwd)
  echo "$name:x:$uid:$gid:$gecos:$home:$shell" >>/etc/passwd || return 1
  [ ! -e /etc/shadow ] || echo "$name:!:::::::" >>/etc/shadow
  [ -z "$makes" ] || { mkdir -p "$home" && chown "$uid:$gid" "$home"; }
}
group() {
  line_of /etc/group "$1" >/dev/null && return 0
  if has groupadd; then groupadd "$1"; elif has addgroup; then addgroup "$1"; else echo "$1:x:$(next_id /etc/group):" >>/etc/group; fi || failed "the group $1 was not made"
}
join_group() {
  if has usermod; then usermod -a -G "$2" "$1"; elif has addgroup; then addgroup "$1" "$2"; else join_by_hand "$1" "$2"; fi || failed "$1 did not join $2"
}
# Name, home, shell, gecos, uid, primary group, whether it is a system's user, whether it gets a home.
user() {
  line_of /etc/passwd "$1" >/dev/null && return 0
  name=$1 home=$2 shell=$3 gecos=$4 uid=$5 primary=$6 system=$7 makes=$8
  [ -n "$shell" ] || { if [ -x /bin/bash ]; then shell=/bin/bash; else shell=/bin/sh; fi; }
  if has useradd; then
    set -- -d "$home" -s "$shell" -c "$gecos"
    [ -z "$uid" ] || set -- "$@" -u "$uid"
    [ -z "$primary" ] || set -- "$@" -g "$primary"
    [ -n "$primary" ] || set -- "$@" -U
    [ -z "$system" ] || set -- "$@" -r
    if [ -n "$makes" ]; then set -- "$@" -m; else set -- "$@" -M; fi
    useradd "$@" "$name"
  elif has adduser; then
    set -- -D -h "$home" -s "$shell" -g "$gecos"
    [ -z "$uid" ] || set -- "$@" -u "$uid"
    [ -z "$primary" ] || set -- "$@" -G "$primary"
    [ -z "$system" ] || set -- "$@" -S
    [ -n "$makes" ] || set -- "$@" -H
    adduser "$@" "$name"
  else user_by_hand; fi || failed "the user $name was not made"
}
home_of() { line_of /etc/passwd "$1" | { IFS=: read -r _ _ _ _ _ home _; echo "$home"; }; }
key() {
  home=$(home_of "$1"); [ -n "$home" ] || { failed "$1 has no home for its keys"; return 0; }
  mkdir -p "$home/.ssh" && printf '%s\n' "$2" >>"$home/.ssh/authorized_keys" && chmod 700 "$home/.ssh" &&
    chmod 600 "$home/.ssh/authorized_keys" && chown -R "$1" "$home/.ssh" || failed "the keys of $1 were not written"
}
sudo_line() {
  mkdir -p /etc/sudoers.d && printf '%s %s\n' "$1" "$2" >>/etc/sudoers.d/90-cloud-init-users &&
    chmod 440 /etc/sudoers.d/90-cloud-init-users || failed "what $1 may do by sudo was not written"
}
# Amazon's images name their own user after the distribution ("Default usernames", Amazon EC2 User Guide).
default_user() {
  id=$( . /etc/os-release 2>/dev/null; echo "$ID")
  case "$id" in ubuntu|fedora|alpine) echo "$id";; debian) echo admin;; *) echo ec2-user;; esac
}
timezone() {
  [ -e "/usr/share/zoneinfo/$1" ] || { failed "the image has no time zone $1; TZ alone says it"; return 0; }
  ln -sf "/usr/share/zoneinfo/$1" /etc/localtime && echo "$1" >/etc/timezone || failed "the time zone was not set"
}
# What to do (update, upgrade, install), and packages.
packages() {
  act=$1; shift
  if has apt-get; then
    export DEBIAN_FRONTEND=noninteractive
    case "$act" in update) apt-get -q update;; upgrade) apt-get -q -y dist-upgrade;; *) apt-get -q -y install "$@";; esac
  elif has dnf || has microdnf || has yum; then
    if has dnf; then tool=dnf; elif has microdnf; then tool=microdnf; else tool=yum; fi
    case "$act" in update) "$tool" -y makecache;; upgrade) "$tool" -y upgrade;; *) "$tool" -y install "$@";; esac
  elif has apk; then
    case "$act" in update) apk update;; upgrade) apk upgrade;; *) apk add "$@";; esac
  elif has zypper; then
    case "$act" in update) zypper -n refresh;; upgrade) zypper -n update;; *) zypper -n install "$@";; esac
  else failed "left out: the image has no package manager for: $act $*"; return 0; fi || failed "packages: $act $* ended with code $?"
}
owner() { chown "$1" "$2" || failed "$2 does not belong to $1"; }
# A staged file, its place, mode, owner, and whether it is appended.
file() {
  mkdir -p "$(dirname "$2")" && { if [ -n "$5" ]; then cat "$1" >>"$2"; else cat "$1" >"$2"; fi; } &&
    chmod "$3" "$2" || failed "$2 was not written"
  [ -z "$4" ] || owner "$4" "$2"
}
`;

const call = (name: string, ...words: readonly string[]): string =>
  [name, ...words.map(quote)].join(' ');

/** Below it the home of each user is that says no other. */
const homes = '/home';

const userLines = (user: CloudConfigUser): readonly string[] => {
  const { name, homedir, shell, gecos, uid, primaryGroup, groups, isSystem, hasHome } = user;
  return [
    ...(primaryGroup === undefined || primaryGroup === name ? [] : [call('group', primaryGroup)]),
    call(
      'user',
      name,
      homedir ?? `${homes}/${name}`,
      shell ?? '',
      gecos ?? '',
      uid ?? '',
      primaryGroup === name ? '' : (primaryGroup ?? ''),
      isSystem ? 'yes' : '',
      hasHome ? 'yes' : '',
    ),
    ...groups.flatMap((group) => [call('group', group), call('join_group', name, group)]),
    ...user.sudo.map((line) => call('sudo_line', name, line)),
    ...user.keys.map((key) => call('key', name, key)),
  ];
};

const defaultUserLines = ({ hasDefaultUser, keys }: CloudConfigSystem): readonly string[] =>
  !hasDefaultUser && keys.length === 0
    ? []
    : [
        `homes=${homes}`,
        'own=$(default_user)',
        'user "$own" "$homes/$own" "" "" "" "" "" yes',
        `sudo_line "$own" 'ALL=(ALL) NOPASSWD:ALL'`,
        ...keys.map((key) => `key "$own" ${quote(key)}`),
      ];

const packageLines = (system: CloudConfigSystem): readonly string[] => [
  // cloud-init refreshes the lists of packages before it installs any ("package-update-upgrade-install").
  ...(system.updatesPackages || system.packages.length > 0 ? [call('packages', 'update')] : []),
  ...(system.upgradesPackages ? [call('packages', 'upgrade')] : []),
  ...(system.packages.length > 0 ? [call('packages', 'install', ...system.packages)] : []),
];

/** A file of `write_files` with `defer`, and where its content waits. */
export interface StagedFile {
  readonly file: CloudConfigFile;
  readonly stagedAt: string;
}

const absolute = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

/**
 * The script of a shell that sets up a system of the machine's own, in cloud-init's order: groups, users, keys, time zone,
 * packages, deferred files. What fails is said and keeps nothing else from being done. Undefined when there is nothing.
 */
export const setupScript = (
  system: CloudConfigSystem,
  written: readonly CloudConfigFile[],
  deferred: readonly StagedFile[],
): string | undefined => {
  const lines = [
    ...system.groups.map(({ name }) => call('group', name)),
    ...defaultUserLines(system),
    ...system.users.flatMap(userLines),
    ...system.groups.flatMap(({ name, members }) =>
      members.map((member) => call('join_group', member, name)),
    ),
    ...(system.timezone === undefined ? [] : [call('timezone', system.timezone)]),
    ...written.flatMap(({ path, owner }) =>
      owner === undefined ? [] : [call('owner', owner, absolute(path))],
    ),
    ...packageLines(system),
    ...deferred.map(({ file, stagedAt }) =>
      call(
        'file',
        stagedAt,
        absolute(file.path),
        file.permissions.toString(8),
        file.owner ?? '',
        file.append ? 'yes' : '',
      ),
    ),
  ];
  return lines.length === 0 ? undefined : `#!/bin/sh\n${functions}\n${lines.join('\n')}\n`;
};
