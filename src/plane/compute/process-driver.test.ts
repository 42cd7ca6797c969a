import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import type { Driver, InstanceSpecification, Observation } from './driver.ts';
import { createProcessDriver } from './process-driver.ts';
import type { ProcessDriverOptions } from './process-driver.ts';
import { hostProcessTable, psProcessTable } from './process-table.ts';
import { testSpecification } from './test-specification.ts';

let directory: string;
let worldId: string;
let driver: Driver;
let seen: Observation[];
let cleanUp: (() => void)[];

const createDriver = (options: Partial<ProcessDriverOptions> = {}): Driver =>
  createProcessDriver({
    stateDirectory: join(directory, 'processes'),
    worldId,
    metadataAddress: '127.0.0.1',
    closeGraceMs: 200,
    ...options,
  });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-process-'));
  worldId = randomUUID();
  driver = createDriver();
  seen = [];
  cleanUp = [];
  driver.observe((observation) => seen.push(observation));
});

afterEach(async () => {
  await driver.close();
  for (const act of cleanUp) act();
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  await expect.poll(condition, { timeout: 20_000, interval: 10 }).toBe(true);
};

const consoleOf = async (instance: InstanceSpecification): Promise<string> =>
  new TextDecoder().decode(await driver.consoleOutput(instance));

const boot = async (
  userData: string | Uint8Array | undefined,
  changes: Partial<InstanceSpecification> = {},
): Promise<InstanceSpecification> => {
  const instance = testSpecification(directory, changes.instanceId ?? 'i-1', userData, changes);
  const problem = await driver.boot(instance);
  if (isDomainError(problem)) throw new Error(problem.message);
  return instance;
};

const exited = (): Promise<void> => until(() => seen.some(({ kind }) => kind === 'exited'));

/** Boots, waits until the main process has ended, and gives what it printed. */
const run = async (
  userData: string | Uint8Array,
  changes: Partial<InstanceSpecification> = {},
): Promise<string> => {
  const instance = await boot(userData, changes);
  await exited();
  await driver.stop(instance.instanceId);
  return consoleOf(instance);
};

const processesOfWorld = () =>
  hostProcessTable()
    .list()
    .filter(({ marker }) => marker?.worldId === worldId);

const sees = hostProcessTable().showsMarkers;

describe('what an instance finds', () => {
  test('its environment: what the README says, and nothing of ours', async () => {
    process.env['FAULTLINE_TEST_SECRET'] = 'secret';
    cleanUp.push(() => delete process.env['FAULTLINE_TEST_SECRET']);
    const output = await run(
      '#!/usr/bin/env node\nfor (const [name, value] of Object.entries(process.env)) console.log(`${name}=${value}`);\n',
      {
        address: '127.0.0.1',
        environment: { VOLUME_SDF: '/volumes/f', PATH: '/nowhere', HOST: 'wrong' },
      },
    );
    const names = output
      .split('\n')
      .filter((line) => /^[A-Z0-9_]+=/.test(line))
      .map((line) => line.split('=')[0])
      // The host's shell adds its own.
      .filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? ''));
    expect(new Set(names)).toEqual(
      new Set([
        'AWS_DEFAULT_REGION',
        'AWS_EC2_METADATA_SERVICE_ENDPOINT',
        'AWS_REGION',
        'FAULTLINE_INSTANCE',
        'HOME',
        'HOST',
        'LANG',
        'PATH',
        'TMPDIR',
        'VOLUME_SDF',
      ]),
    );
    expect(output).toContain(`\nHOST=127.0.0.1\n`);
    expect(output).toContain(`/i-1.machine/bin:${process.env['PATH']}\n`);
    expect(output).toContain(`\nHOME=${join(directory, 'i-1')}\n`);
    expect(output).toContain('\nAWS_REGION=eu-west-1\n');
  });

  test('its metadata service, with its own id and user data', async () => {
    const output = await run(`#!/usr/bin/env node
      const base = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT + '/latest';
      const put = { method: 'PUT', headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '60' } };
      const token = await (await fetch(base + '/api/token', put)).text();
      const get = async (path) => (await fetch(base + path, { headers: { 'X-aws-ec2-metadata-token': token } })).text();
      console.log('id', await get('/meta-data/instance-id'), (await get('/user-data')).slice(0, 19));
    `);
    expect(output).toContain('id i-1 #!/usr/bin/env node');
  });

  test('its disk as working directory, which survives stop and loss of power; temporary files do not', async () => {
    const script =
      '#!/bin/sh\necho $$ >> boots\nls "$TMPDIR" | sed s/^/found:/\ntouch "$TMPDIR/temporary"\nexec sleep 300\n';
    const instance = await boot(script);
    const boots = async (count: number) => {
      const path = join(instance.diskDirectory, 'boots');
      await until(
        async () => (await readFile(path, 'utf8').catch(() => '')).split('\n').length === count + 1,
      );
    };
    await boots(1);
    await driver.stop('i-1');
    await driver.boot(instance);
    await boots(2);
    await driver.freeze('i-1');
    await driver.kill('i-1');
    await driver.boot(instance);
    await boots(3);
    await driver.stop('i-1');
    expect(await consoleOf(instance)).not.toContain('found:');
    await driver.eraseDisk(instance);
    await expect(stat(instance.diskDirectory)).rejects.toThrow('ENOENT');
    expect(await consoleOf(instance)).toContain('i-1 is off');
  });

  test('a package.json around the data directory does not change how its script is read', async () => {
    await writeFile(join(directory, 'package.json'), '{"type":"module"}');
    expect(
      await run("#!/usr/bin/env node\nconsole.log('read by', require('node:os').EOL.length);\n"),
    ).toContain('read by 1');
  });

  test('both outputs on its console', async () => {
    const output = await run('#!/bin/sh\necho one\necho two >&2\n');
    expect(output).toContain('one\n');
    expect(output).toContain('two\n');
    expect(output).toContain('the main process ended with code 0; the machine goes on');
  });
});

describe('user data', () => {
  test('an interpreter that the host has not is named on the console, and the machine runs', async () => {
    const output = await run('#!/opt/no/such/interpreter\n');
    expect(output).toContain('its interpreter /opt/no/such/interpreter is not on this host');
    expect(seen).toContainEqual({
      kind: 'exited',
      instanceId: 'i-1',
      code: 127,
      signal: undefined,
    });
  });

  test.each([
    [undefined, 'no user data'],
    ['role=web', 'user data is not run: it begins neither with #!'],
    [
      gzipSync('#cloud-config\npackages: [nginx]\n'),
      'packages nginx: the instance has no system of its own',
    ],
    [gzipSync(gzipSync('#!/bin/sh\n')), 'gzip inside gzip'],
    [Uint8Array.of(0x1f, 0x8b, 0x08, 1, 2, 3), 'cannot be opened as gzip'],
    [gzipSync(Buffer.alloc(17 * 1024 * 1024)), 'cannot be opened as gzip'],
  ])('%#: the machine runs and says why it does nothing', async (userData, why) => {
    const instance = await boot(userData);
    await until(async () => (await consoleOf(instance)).includes(why));
    expect(driver.list()).toMatchObject([{ state: 'running', mainProcess: 'none' }]);
  });

  test('gzip is opened', async () => {
    expect(await run(gzipSync('#!/bin/sh\necho opened\n'))).toContain('opened\n');
  });

  test('cloud-config: files below the disk, commands in order in one shell', async () => {
    const output = await run(`#cloud-config
bootcmd:
  - echo boot command
write_files:
  - {path: /etc/app/app.conf, content: "port=80\\n", permissions: '0640'}
  - {path: bin/tool, encoding: gz+b64, permissions: '0755', content: ${gzipSync('#!/bin/sh\necho tool "$@"\n').toString('base64')}}
  - {path: etc/app/app.conf, append: true, content: "host=a\\n", permissions: '0640'}
runcmd:
  - cd etc/app
  - cat app.conf
  - ['../../bin/tool', "it's", 'two words']
`);
    expect(output).toMatch(/boot command\n[^]*port=80\nhost=a\ntool it's two words\n/);
    const file = await stat(join(directory, 'i-1/etc/app/app.conf'));
    expect(file.mode & 0o777).toBe(0o640);
  });

  test('files are written once: a later boot finds what the instance made of them', async () => {
    const instance = await boot(`#cloud-config
write_files: [{path: counter, content: "0"}]
runcmd:
  - echo $(( $(cat counter) + 1 )) > counter
  - echo "boot $(cat counter)"
  - exec sleep 300
`);
    await until(async () => (await consoleOf(instance)).includes('boot 1'));
    await driver.reboot(instance);
    await until(async () => (await consoleOf(instance)).includes('boot 2'));
  });

  test('a file never lands outside the disk, even through a link', async () => {
    const outside = join(directory, 'outside');
    await mkdir(outside);
    await mkdir(join(directory, 'i-1'));
    await symlink(outside, join(directory, 'i-1', 'way-out'));
    const instance = await boot(
      '#cloud-config\nwrite_files: [{path: way-out/file, content: x}]\nruncmd: [date]\n',
    );
    await until(async () =>
      (await consoleOf(instance)).includes("would leave the instance's disk"),
    );
    await expect(stat(join(outside, 'file'))).rejects.toThrow('ENOENT');
    expect(driver.list()).toMatchObject([
      { leftOut: [expect.stringContaining("would leave the instance's disk")] },
    ]);
  });

  test('MIME multi-part: all parts run in order, one that fails does not stop the next', async () => {
    const part = (type: string, content: string) => `--B\nContent-Type: ${type}\n\n${content}\n`;
    const output = await run(
      [
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n',
        part('text/cloud-config', '#cloud-config\nruncmd: [echo last]'),
        part('text/x-shellscript', '#!/bin/sh\necho first\nexit 4'),
        part('text/x-shellscript', '#!/bin/sh\necho second'),
        '--B--\n',
      ].join(''),
    );
    expect(output).toMatch(/first\n[^]*part-001 ended with code 4\nsecond\nlast\n/);
  });
});

describe('a machine that is switched off from within', () => {
  test.each(['shutdown -h now', 'shutdown now', 'poweroff', 'halt'])(
    '%s asks for it',
    async (command) => {
      await boot(`#!/bin/sh\n${command}\nexec sleep 300\n`);
      await until(() => seen.some(({ kind }) => kind === 'shutdown'));
      expect(driver.list()).toMatchObject([{ state: 'running' }]);
    },
  );

  test.each(['shutdown -r now', 'reboot'])('%s boots it anew', async (command) => {
    const instance = await boot(`#!/bin/sh
[ -e rebooted ] && exec sleep 300
touch rebooted
${command}
exec sleep 300
`);
    await until(() => seen.filter(({ kind }) => kind === 'booted').length === 2);
    expect(seen.map(({ kind }) => kind)).toEqual(['booted', 'stopped', 'booted']);
    expect(await consoleOf(instance)).toContain('reboot was asked for');
  });

  test('what is not built is refused', async () => {
    expect(await run('#!/bin/sh\nshutdown -h +5 || echo refused\n')).toMatch(
      /\+5 is not built[^]*refused\n/,
    );
    expect(seen.some(({ kind }) => kind === 'shutdown')).toBe(false);
  });
});

describe('the end of a machine', () => {
  test('stop asks first: a program that cleans up is let to', async () => {
    const instance = await boot(
      "#!/bin/sh\ntrap 'echo cleaned up; exit 0' TERM\necho ready\nwhile :; do sleep 0.05; done\n",
    );
    await until(async () => (await consoleOf(instance)).includes('ready'));
    await driver.stop('i-1');
    expect(await consoleOf(instance)).toContain('cleaned up');
  });

  test('stop does not wait for ever', async () => {
    const impatient = createDriver({ stopGraceMs: 100 });
    cleanUp.push(() => void impatient.close());
    const instance = testSpecification(
      directory,
      'i-2',
      "#!/bin/sh\ntrap '' TERM\necho ready\nwhile :; do sleep 1; done\n",
    );
    await impatient.boot(instance);
    await until(async () => (await consoleOf(instance)).includes('ready'));
    expect(await impatient.stop('i-2')).toBeUndefined();
    expect(processesOfWorld()).toEqual([]);
  });

  test.runIf(sees)(
    'takes processes along that outlive the main process or left its group',
    async () => {
      const instance = await boot(
        '#!/bin/sh\nsleep 300 &\nsetsid sleep 300 &\nsetsid sh -c "sleep 300 & exec sleep 300" &\necho started\n',
      );
      await exited();
      await until(() => processesOfWorld().length === 4);
      await driver.freeze('i-1');
      expect(processesOfWorld().every(({ halted }) => halted)).toBe(true);
      await driver.unfreeze('i-1');
      await until(() => processesOfWorld().every(({ halted }) => !halted));
      await driver.stop('i-1');
      expect(processesOfWorld()).toEqual([]);
      expect(await consoleOf(instance)).toContain('started');
    },
  );

  test('a frozen machine is silent: connections hang and none is reset; it then goes on as it was', async () => {
    const instance = await boot(`#!/usr/bin/env node
      let count = 0;
      const server = require('node:net').createServer((socket) => {
        socket.on('data', () => socket.write(String(++count)));
      });
      server.listen(0, process.env.HOST, () => console.log('port', server.address().port, '.'));
    `);
    let port = 0;
    await until(async () => {
      port = Number(/port (\d+) \./.exec(await consoleOf(instance))?.[1] ?? 0);
      return port > 0;
    });
    const open = async (): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1');
      cleanUp.push(() => socket.destroy());
      await once(socket, 'connect');
      return socket;
    };
    const before = await open();
    before.write('a');
    expect(String((await once(before, 'data'))[0])).toBe('1');
    await driver.freeze('i-1');
    const during = await open();
    const heard: string[] = [];
    for (const socket of [before, during]) {
      for (const event of ['data', 'end', 'error', 'close'])
        socket.on(event, () => heard.push(event));
      socket.write('b');
    }
    // A second connection that is served shows that time enough has passed for the frozen one to answer.
    const witness = createServer((socket) => socket.end('x')).listen(0, '127.0.0.1');
    cleanUp.push(() => witness.close());
    await once(witness, 'listening');
    const bound = witness.address();
    for (let round = 0; round < 20; round += 1) {
      const socket = connect(
        typeof bound === 'object' && bound !== null ? bound.port : 0,
        '127.0.0.1',
      );
      await once(socket.resume(), 'close');
    }
    expect(heard).toEqual([]);
    await driver.unfreeze('i-1');
    await until(() => heard.length === 2);
    expect(heard).toEqual(['data', 'data']);
  });
});

test('a disk that cannot be made is an error, and the machine is not there', async () => {
  await writeFile(join(directory, 'file'), '');
  const problem = await driver.boot(testSpecification(join(directory, 'file'), 'i-1', undefined));
  expect(isDomainError(problem) ? problem.message : '').toContain('i-1 cannot boot');
  expect(seen.map(({ kind }) => kind)).toEqual(['failed']);
  expect(driver.list()).toEqual([]);
});

describe('what a killed world leaves', () => {
  /** A main process of its own, which boots an instance and can be killed. */
  const startVictim = async (): Promise<{
    readonly kill: (signal: NodeJS.Signals) => Promise<void>;
  }> => {
    const modulePath = (name: string) =>
      JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
    const program = `
      const { createProcessDriver } = await import(${modulePath('./process-driver.ts')});
      const { testSpecification } = await import(${modulePath('./test-specification.ts')});
      const driver = createProcessDriver(${JSON.stringify({ stateDirectory: join(directory, 'processes'), worldId, metadataAddress: '127.0.0.1' })});
      await driver.boot(testSpecification(${JSON.stringify(directory)}, 'i-left', ${JSON.stringify("#!/bin/sh\ntrap '' TERM HUP PIPE\nsetsid sleep 300 &\nsleep 300\n")}));
      console.log('up');
    `;
    const victim = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUp.push(() => victim.kill('SIGKILL'));
    await once(victim.stdout, 'data');
    return {
      kill: async (signal) => {
        victim.kill(signal);
        await once(victim, 'exit');
      },
    };
  };

  test.runIf(sees)('is ended at once by the reaper', async () => {
    const victim = await startVictim();
    await until(() => processesOfWorld().length === 3);
    await victim.kill('SIGKILL');
    await until(() => processesOfWorld().length === 0);
  });

  test.runIf(sees)(
    'is found and ended by the next run; what that run started itself is not',
    async () => {
      const victim = await startVictim();
      await until(() => processesOfWorld().length === 3);
      await boot('#!/bin/sh\nexec sleep 300\n');
      const swept = await driver.sweep();
      expect(swept.map(({ instanceId, processIds }) => [instanceId, processIds.length])).toEqual([
        ['i-left', 3],
      ]);
      expect(processesOfWorld().map(({ marker }) => marker?.instanceId)).toEqual(['i-1']);
      expect(await driver.sweep()).toEqual([]);
      await victim.kill('SIGKILL');
    },
  );

  test('is found by its process group where environments cannot be seen; a stranger with its id is not', async () => {
    const child = spawn('/bin/sh', ['-c', 'sleep 300 & exec sleep 300'], {
      detached: true,
      stdio: 'ignore',
    });
    const stranger = spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' });
    cleanUp.push(() => {
      stranger.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null)
        process.kill(-(child.pid ?? 0), 'SIGKILL');
    });
    const startedAt = psProcessTable
      .list()
      .find(({ processId }) => processId === child.pid)?.startedAt;
    await mkdir(join(directory, 'processes'), { recursive: true });
    const record = (instanceId: string, contents: object) =>
      writeFile(
        join(directory, 'processes', `${instanceId}.json`),
        JSON.stringify({ runId: 'dead', instanceId, ...contents }),
      );
    await record('i-left', { processId: child.pid, startedAt });
    await record('i-other', { processId: stranger.pid, startedAt: 'Thu Jan 1 00:00:00 1970' });
    await writeFile(join(directory, 'processes', 'i-torn.json'), '{"runId":"de');
    const blind = createDriver({ table: psProcessTable });
    const swept = await blind.sweep();
    expect(swept.map(({ instanceId }) => instanceId)).toEqual(['i-left']);
    expect(swept[0]?.processIds).toContain(child.pid);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test.runIf(sees)('is nothing after a close', async () => {
    await boot('#!/bin/sh\nsleep 300 &\nsetsid sleep 300 &\nsleep 300\n');
    await until(() => processesOfWorld().length === 4);
    await driver.close();
    expect(processesOfWorld()).toEqual([]);
  });
});
