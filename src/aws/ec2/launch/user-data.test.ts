import { describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { readUserData, userDataRefusal } from './user-data.ts';
import type { UserDataPart } from './user-data.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

const partsOf = (data: Uint8Array): readonly UserDataPart[] => {
  const read = readUserData(data);
  if (read.kind !== 'parts') throw new Error(`user data is ${read.kind}`);
  return read.parts;
};

const configOf = (data: string) => {
  const part = partsOf(bytes(data))[0];
  if (part?.kind !== 'cloud-config') throw new Error('no cloud-config');
  return part.config;
};

const refusal = (data: string | Uint8Array): string =>
  userDataRefusal(typeof data === 'string' ? bytes(data) : data)?.message ?? 'accepted';

describe('scripts', () => {
  test.each([
    ['#!/bin/sh\necho', ['/bin/sh']],
    ['#!/bin/bash -xe\necho', ['/bin/bash', '-xe']],
    ['#! /usr/bin/env -S node --no-warnings\n', ['/usr/bin/env', '-S node --no-warnings']],
    ['#!/usr/bin/python3', ['/usr/bin/python3']],
  ])('%j is run by %j', (script, interpreter) => {
    expect(partsOf(bytes(script))).toMatchObject([{ kind: 'script', interpreter }]);
  });

  test.each([
    ['#!\necho', 'names no interpreter'],
    ['#!node\n', 'not an absolute path'],
  ])('%j is refused: %s', (script, why) => {
    expect(refusal(script)).toContain(why);
  });
});

describe('what no boot program acts upon', () => {
  test.each([
    ['nothing', undefined, 'absent'],
    ['no bytes', '', 'absent'],
    ['free text', 'role=web', 'ignored'],
    ['JSON', '{"role":"web"}', 'ignored'],
    ['Windows', '<powershell>\nGet-Date\n</powershell>', 'ignored'],
    ['text with a colon', 'note: nothing\n\nto see', 'ignored'],
  ])('%s is accepted', (_, data, kind) => {
    expect(readUserData(data === undefined ? undefined : bytes(data))).toMatchObject({ kind });
  });

  test('gzip is left for the boot to open', () => {
    expect(readUserData(gzipSync('#!/bin/sh\n'))).toEqual({ kind: 'compressed' });
  });
});

test.each([
  ['#include\nhttp://example.com/a', 'text/x-include-url'],
  ['#include-once\nhttp://example.com/a', 'text/x-include-once-url'],
  ['#part-handler\nx', 'text/part-handler'],
  ['#cloud-config-jsonp\n[]', 'text/cloud-config-jsonp'],
  ['#cloud-config-archive\n- {type: x, content: a}', 'the part type x'],
  ['## template: jinja\n#cloud-config\nhostname: {{ a }}', 'text/jinja2'],
])('the format %j is refused by name', (data, name) => {
  expect(refusal(data)).toContain(name);
});

describe('#cloud-config', () => {
  test('reads files, with encodings, permissions and append', () => {
    const { files } = configOf(`#cloud-config
write_files:
  - path: /etc/late
    defer: true
    content: late
  - path: /etc/app.conf
    content: |
      port=80
    permissions: '0600'
    owner: root:root
  - {path: bin/run, encoding: b64, content: aGVsbG8=, permissions: 0755}
  - {path: log, append: true, content: x, encoding: text/plain}
  - {path: packed, encoding: gz+b64, content: ${gzipSync('opened').toString('base64')}}
  - path: raw
    content: !!binary aGVsbG8=
`);
    expect(
      files.map((file) => [file.path, file.permissions, file.append, file.compressed]),
    ).toEqual([
      ['/etc/app.conf', 0o600, false, false],
      ['bin/run', 0o755, false, false],
      ['log', 0o644, true, false],
      ['packed', 0o644, false, true],
      ['raw', 0o644, false, false],
      ['/etc/late', 0o644, false, false],
    ]);
    expect(files.map((file) => (file.compressed ? 'gzip' : text(file.content)))).toEqual([
      'port=80\n',
      'hello',
      'x',
      'gzip',
      'hello',
      'late',
    ]);
  });

  test('reads commands, strings and lists', () => {
    const config = configOf(
      '#cloud-config\nbootcmd: [date]\nruncmd:\n  - cd app && ./run\n  - [echo, "a b", 3]\n',
    );
    expect(config.bootCommands).toEqual(['date']);
    expect(config.runCommands).toEqual(['cd app && ./run', ['echo', 'a b', '3']]);
  });

  test('an empty document is accepted', () => {
    expect(configOf('#cloud-config\n')).toMatchObject({ mapping: {}, leftOut: [] });
  });

  test.each([
    ['swap: {}', '"swap"'],
    ['users: [{name: a, passwd: x}]', 'users[0] has the key "passwd"'],
    ['users: ["a b"]', 'users[0] has no name'],
    ['groups: ["a:b"]', 'no name'],
    ['mounts: [[ephemeral0, /mnt]]', 'ephemeral0'],
    ['mounts: [[/dev/sdf, /a/../b]]', 'no volume can be'],
    ['hostname: "a b"', 'host name'],
    ['timezone: ../../etc', 'timezone'],
    ['packages: ["-x"]', 'packages[0]'],
    ['runcmd: date', 'runcmd must be a list'],
    ['runcmd:\n - {a: b}', 'runcmd[0]'],
    ['write_files: {path: a}', 'write_files must be a list'],
    ['write_files: [{content: a}]', 'write_files[0].path'],
    ['write_files: [{path: ../etc/passwd}]', '".."'],
    ['write_files: [{path: /a/../../b}]', '".."'],
    ['write_files: [{path: "/a/"}]', 'names no file'],
    ['write_files: [{path: a, encoding: zip}]', 'write_files[0].encoding'],
    ['write_files: [{path: a, encoding: b64, content: "%%"}]', 'not base64'],
    ['write_files: [{path: a, permissions: rwx}]', 'permissions'],
    ['write_files: [{path: a, owner: [1]}]', 'owner'],
    ['write_files: [{path: a, source: {uri: "http://x"}}]', '"source"'],
    ['- a', 'must be a mapping'],
    ['a: [', 'not YAML'],
    ['? [a]\n: b', 'a key is a list'],
    ['a: *b', 'no anchor b'],
  ])('%j is refused: %s', (yaml, why) => {
    expect(refusal(`#cloud-config\n${yaml}\n`)).toContain(why);
  });
});

/** Each list has the one before it four times. */
const bomb = Array.from({ length: 12 }, (_, at) => {
  const inner = `*a${at}`;
  return `a${at + 1}: &a${at + 1} [${inner},${inner},${inner},${inner}]`;
}).join('\n');

test.each([
  ['open lists', () => `a: ${'['.repeat(8000)}`, 'deep'],
  ['lists in lists', () => '- '.repeat(7000), 'deep'],
  ['mappings as keys', () => '? '.repeat(7000), 'deep'],
  ['an anchor in itself', () => 'a: &a [*a]', 'deep'],
  ['aliases of aliases', () => `a0: &a0 [x]\n${bomb}`, 'more than 50000 values'],
  ['much text', () => `a: ${'x'.repeat(300_000)}`, 'longer than'],
])('a document without bounds is refused soon: %s', (_, yaml, why) => {
  expect(refusal(`#cloud-config\n${yaml()}\n`)).toContain(why);
});

describe('MIME multi-part', () => {
  const multipart = (...parts: readonly string[]): string =>
    [
      'Content-Type: multipart/mixed; boundary="==LINE=="',
      'MIME-Version: 1.0',
      '',
      ...parts.flatMap((part) => ['--==LINE==', part]),
      '--==LINE==--',
      '',
    ].join('\n');

  test('gives its parts in order, decoded', () => {
    const parts = partsOf(
      bytes(
        multipart(
          'Content-Type: text/cloud-config; charset="us-ascii"\nContent-Disposition: attachment; filename="a"\n\n#cloud-config\nruncmd: [date]',
          `Content-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n${btoa('#!/bin/sh\necho one')}`,
          'Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n#!/bin/sh\necho a=3Db c=\nd',
        ),
      ),
    );
    expect(parts.map((part) => part.kind)).toEqual(['cloud-config', 'script', 'script']);
    expect(parts.map((part) => (part.kind === 'script' ? text(part.content) : ''))).toEqual([
      '',
      '#!/bin/sh\necho one',
      '#!/bin/sh\necho a=b cd',
    ]);
  });

  test('takes a key of two cloud-config parts from the last', () => {
    const config = configOf(
      multipart(
        'Content-Type: text/cloud-config\n\nbootcmd: [a]\nruncmd: [b]',
        'Content-Type: text/cloud-config\n\nruncmd: [c]',
      ),
    );
    expect(config).toMatchObject({ bootCommands: ['a'], runCommands: ['c'] });
  });

  test('reads the last part to the end where no line closes it', () => {
    const data =
      'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\n#!/bin/sh\n';
    expect(partsOf(bytes(data))).toMatchObject([{ kind: 'script' }]);
  });

  test('keeps what a script says byte for byte, with CRLF around it', () => {
    const script = '#!/bin/sh\necho ä\n\necho two\n';
    const data = multipart(`Content-Type: text/x-shellscript\n\n${script}`).replaceAll(
      '\n--',
      '\r\n--',
    );
    expect(
      partsOf(bytes(data)).map((part) => (part.kind === 'script' ? text(part.content) : '')),
    ).toEqual([script]);
  });

  test.each([
    [multipart('Content-Type: text/cloud-boothook\n\nx'), 'does not begin with #!'],
    [multipart('Content-Type: text/x-shellscript\n\necho'), 'does not begin with #!'],
    [
      multipart('Content-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n%'),
      'is not',
    ],
    [multipart('Content-Type: text/cloud-config\n\nswap: {}'), '"swap"'],
    [
      multipart(
        'Content-Type: text/cloud-config\n\nruncmd: [a]',
        'Content-Type: text/cloud-config\n\nruncmd: [b]',
      ),
      'two cloud-config parts',
    ],
    ['MIME-Version: 1.0\nContent-Type: multipart/mixed\n\nx', 'no boundary'],
    ['MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--b\n', 'never appears'],
  ])('%j is refused: %s', (data, why) => {
    expect(refusal(data)).toContain(why);
  });
});

describe('what is not done', () => {
  const leftOutOf = (data: string): readonly string[] => {
    const read = readUserData(bytes(data));
    return read.kind === 'parts' ? read.leftOut : [];
  };

  test('keeps nothing else from being done', () => {
    const data =
      '#cloud-config\nswap: {}\nntp: {}\nwrite_files: [{path: ../a}, {path: b}]\nruncmd: [date, {a: b}]\n';
    const { files, runCommands } = configOf(data);
    expect(files.map(({ path }) => path)).toEqual(['b']);
    expect(runCommands).toEqual(['date']);
    expect(leftOutOf(data)).toEqual([
      '#cloud-config has "swap", which is not built.',
      '#cloud-config has "ntp", which is not built.',
      expect.stringContaining('write_files[0].path'),
      expect.stringContaining('runcmd[1]'),
    ]);
  });

  test.each(['#include\nhttp://example.com/a', '#cloud-config\na: [', '#!node\n'])(
    'may be all of it: %j',
    (data) => {
      expect(partsOf(bytes(data))).toEqual([]);
      expect(leftOutOf(data)).toHaveLength(1);
    },
  );
});

describe('what Amazon images take', () => {
  const script = (content: string, when = 'boot'): object => ({
    kind: 'script',
    when,
    content: bytes(content),
  });

  test.each([
    ['#!/bin/sh\r\necho\r\n', [script('#!/bin/sh\necho\n')]],
    ['#cloud-boothook\n#!/bin/sh\ndate\n', [script('#!/bin/sh\ndate\n', 'hook')]],
    [
      '#cloud-config-archive\n- "#!/bin/sh\\ndate"\n- {type: text/cloud-boothook, content: "#!/bin/sh"}\n- {type: text/cloud-config, content: "runcmd: [date]"}\n',
      [
        { kind: 'cloud-config', config: expect.objectContaining({ runCommands: ['date'] }) },
        script('#!/bin/sh\ndate'),
        script('#!/bin/sh', 'hook'),
      ],
    ],
    ['## template: jinja\n#!/bin/sh\ndate\n', [script('#!/bin/sh\ndate\n')]],
    [
      '\n  #Cloud-Config\nruncmd: [a]\nruncmd: [b]\n',
      [{ kind: 'cloud-config', config: expect.objectContaining({ runCommands: ['b'] }) }],
    ],
    [
      '#cloud-config\nx: &x {runcmd: [a], bootcmd: [c]}\n<<: *x\nruncmd: [b]\n',
      [
        {
          kind: 'cloud-config',
          config: expect.objectContaining({ bootCommands: ['c'], runCommands: ['b'] }),
        },
      ],
    ],
  ])('%j', (data, parts) => {
    expect(partsOf(bytes(data))).toMatchObject(parts);
  });

  test('the system that a document asks for', () => {
    const { system, leftOut } = configOf(`#cloud-config
hostname: web.example.com
timezone: Europe/Berlin
groups: [staff, {admins: [ada, ben]}]
users:
  - default
  - name: ada
    gecos: Ada L.
    groups: staff, admins
    shell: /bin/bash
    sudo: ALL=(ALL) NOPASSWD:ALL
    lock_passwd: true
    ssh_authorized_keys: [ssh-ed25519 AAAA ada]
  - {name: app, system: true, homedir: /srv/app, uid: 1500, primary_group: staff}
ssh_authorized_keys: [ssh-rsa BBBB]
mounts: [[xvdf, /data, auto, "defaults,nofail", "0", "2"], [sdg]]
package_update: true
packages: [nginx, [curl, 8.0]]
`);
    expect(leftOut).toEqual([]);
    expect(system).toMatchObject({
      hostname: 'web',
      timezone: 'Europe/Berlin',
      groups: [
        { name: 'staff', members: [] },
        { name: 'admins', members: ['ada', 'ben'] },
      ],
      hasDefaultUser: true,
      users: [
        { name: 'ada', groups: ['staff', 'admins'], hasHome: true, keys: ['ssh-ed25519 AAAA ada'] },
        { name: 'app', homedir: '/srv/app', uid: '1500', isSystem: true, hasHome: false },
      ],
      keys: ['ssh-rsa BBBB'],
      mounts: [{ device: 'xvdf', path: '/data' }],
      packages: ['nginx', 'curl=8'],
      updatesPackages: true,
      upgradesPackages: false,
    });
  });
});
