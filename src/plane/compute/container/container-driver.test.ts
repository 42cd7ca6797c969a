import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import type { Driver, InstanceSpecification, Observation } from '../driver.ts';
import { testSpecification } from '../test-specification.ts';
import { createContainerDriver } from './container-driver.ts';
import type { Engine } from './engine-client.ts';
import { exportContainerImage } from './export-image.ts';
import { jsonObject, writeConfiguration } from './image-configuration.ts';
import type { ContainerImageConfiguration } from './image-configuration.ts';
import { startTestEngine } from './test-engine.ts';

const started = await startTestEngine();
const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
const why = 'missing' in started ? started.missing : undefined;
if (why !== undefined) process.stderr.write(`SKIPPED: containers cannot run here: ${why}\n`);
if (busybox === undefined)
  process.stderr.write('SKIPPED: container images are not tested here: no busybox\n');

const execute = promisify(execFile);

const theEngine = (): Engine => {
  if ('missing' in started) throw new Error(started.missing);
  return started.engine;
};

let directory: string;
let driver: Driver;
let seen: Observation[];
let worldId: string;

const createDriver = (engine: Engine = theEngine()): Driver =>
  createContainerDriver({
    engine,
    worldId,
    metadataAddress: '127.14.255.254',
    closeGraceMs: 200,
  });

const begin = (engine: Engine): void => {
  driver = createDriver(engine);
  driver.observe((observation) => seen.push(observation));
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-container-'));
  worldId = randomUUID();
  seen = [];
  if (why === undefined) begin(theEngine());
});

afterEach(async () => {
  if (why === undefined) await driver.close();
  await rm(directory, { recursive: true, force: true });
});

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  await expect.poll(condition, { timeout: 25_000, interval: 20 }).toBe(true);
};

const consoleOf = async (instance: InstanceSpecification): Promise<string> =>
  new TextDecoder().decode(await driver.consoleOutput(instance));

const boot = async (instance: InstanceSpecification): Promise<InstanceSpecification> => {
  const problem = await driver.boot(instance);
  if (isDomainError(problem)) throw new Error(problem.message);
  return instance;
};

/** What a port answers within two seconds; undefined when it does not. */
const get = async (address: string, port: number): Promise<string | undefined> => {
  try {
    const response = await fetch(`http://${address}:${port}/`, {
      signal: AbortSignal.timeout(2000),
    });
    return (await response.text()).trim();
  } catch (problem) {
    return problem instanceof Error && problem.name === 'TimeoutError' ? 'silence' : undefined;
  }
};

/** A root file system as an image has it: a shell, a web server on port 8080 of every address, a page. */
const webConfiguration: ContainerImageConfiguration = {
  reference: 'web:1',
  entrypoint: ['/bin/httpd', '-f'],
  command: ['-p', '8080', '-h', '/www'],
  environment: ['GREETING=hello from the image'],
  workingDirectory: '/www',
  user: '',
  exposedPorts: ['8080/tcp'],
};

const makeWebRoot = async (root: string): Promise<void> => {
  for (const name of ['bin', 'etc', 'www', 'tmp'])
    await mkdir(join(root, name), { recursive: true });
  await copyFile(busybox ?? '', join(root, 'bin/busybox'));
  for (const name of ['sh', 'httpd', 'sleep', 'mv', 'cat', 'id', 'su'])
    await symlink('busybox', join(root, 'bin', name));
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nweb:x:7:7::/:/bin/sh\n');
  await writeFile(join(root, 'www/index.html'), 'as imported');
};

describe.skipIf(why !== undefined)(
  `an instance that runs the host’s programs${why === undefined ? '' : ` (${why})`}`,
  // An engine that others use at the same time has been seen not to answer for a minute.
  // oxlint-disable-next-line vitest/valid-describe-callback -- the rule does not know of options.
  { retry: 1 },
  () => {
    test('finds its metadata, the AWS API, its disk and its volumes, and cannot write elsewhere', async () => {
      const api = createServer((_, response) => response.end('the API'));
      api.listen(0, '127.0.0.1');
      await once(api, 'listening');
      const endpoint = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
      const script = `#!/usr/bin/env node
      const { existsSync, writeFileSync } = require('node:fs');
      const text = async (url) => (await fetch(url)).text();
      (async () => {
        console.log('metadata', await text(process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT + '/latest/meta-data/instance-id'));
        console.log('api', await text(process.env.AWS_ENDPOINT_URL));
        writeFileSync('kept', 'on the disk');
        try { writeFileSync('/usr/kept', ''); console.log('WROTE'); } catch (problem) { console.log(problem.code); }
        console.log(process.env.VOLUME_SDF, process.cwd() === process.env.HOME);
        setInterval(() => { if (existsSync(process.env.VOLUME_SDF)) { console.log('attached'); process.exit(3); } }, 20);
      })();
    `;
      const volumes = join(directory, 'volumes');
      const instance = await boot(
        testSpecification(directory, 'i-1', script, {
          address: '127.14.0.1',
          environment: { AWS_ENDPOINT_URL: endpoint, VOLUME_SDF: join(volumes, 'sdf') },
        }),
      );
      await until(async () => (await consoleOf(instance)).includes('/volumes/sdf true'));
      await mkdir(join(directory, 'elsewhere'));
      await rename(join(directory, 'elsewhere'), join(volumes, 'sdf'));
      await until(() => seen.some(({ kind }) => kind === 'exited'));
      expect(seen.at(-1)).toEqual({
        kind: 'exited',
        instanceId: 'i-1',
        code: 3,
        signal: undefined,
      });
      await driver.stop('i-1');
      const printed = await consoleOf(instance);
      for (const line of ['metadata i-1', 'api the API', 'EROFS', 'attached'])
        expect(printed).toContain(`\n${line}\n`);
      expect(await readFile(join(instance.diskDirectory, 'kept'), 'utf8')).toBe('on the disk');
      await driver.eraseDisk(instance);
      expect(existsSync(instance.diskDirectory)).toBe(false);
      expect(await consoleOf(instance)).toBe(printed);
      api.close();
    });

    test.skipIf(!('engine' in started) || !started.engine.limitsMemory)(
      'has the memory of its type',
      async () => {
        await boot(
          testSpecification(directory, 'i-1', '#!/bin/sh\nexec sleep 300\n', {
            instanceType: 't3.small',
          }),
        );
        const { client } = theEngine();
        const filters = JSON.stringify({ label: [`faultline.world=${worldId}`] });
        const query = { filters };
        const list = await client.json({ method: 'GET', path: '/containers/json', query });
        const [found] = Array.isArray(list) ? list.map(jsonObject) : [];
        const path = `/containers/${String(found?.['Id'])}/json`;
        const inspected = jsonObject(await client.json({ method: 'GET', path }));
        expect(jsonObject(inspected['HostConfig'])['Memory']).toBe(2 * 1024 ** 3);
      },
    );

    test('is switched off from within', async () => {
      await boot(
        testSpecification(directory, 'i-1', '#!/bin/sh\nshutdown -h now\nexec sleep 300\n'),
      );
      await until(() => seen.some(({ kind }) => kind === 'shutdown'));
      expect(driver.list()).toMatchObject([{ instanceId: 'i-1', state: 'running' }]);
    });

    test('is found by a later run, which ends it', async () => {
      await boot(testSpecification(directory, 'i-1', '#!/bin/sh\nexec sleep 300\n'));
      const later = createDriver();
      const swept = await later.sweep();
      expect(swept.map(({ instanceId }) => instanceId)).toEqual(['i-1']);
      expect(swept[0]?.processIds.length).toBeGreaterThan(0);
      expect(await later.sweep()).toEqual([]);
      await later.close();
    });

    test('ends when the program is killed', async () => {
      const address = '127.14.0.9';
      const program = `
      const { createContainerDriver } = await import(${JSON.stringify(fileURLToPath(new URL('./container-driver.ts', import.meta.url)))});
      const { findEngine } = await import(${JSON.stringify(fileURLToPath(new URL('./find-engine.ts', import.meta.url)))});
      const { testSpecification } = await import(${JSON.stringify(fileURLToPath(new URL('../test-specification.ts', import.meta.url)))});
      const engine = await findEngine(${JSON.stringify(theEngine().socketPath)});
      const driver = createContainerDriver({ engine, worldId: ${JSON.stringify(worldId)}, metadataAddress: '127.14.255.254' });
      const script = '#!/usr/bin/env node\\nrequire("node:http").createServer((q, r) => r.end("here")).listen(8080)';
      await driver.boot(testSpecification(${JSON.stringify(directory)}, 'i-1', script, { address: ${JSON.stringify(address)} }));
      console.log('booted');
    `;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await until(async () => (await get(address, 8080)) === 'here');
      child.kill('SIGKILL');
      await until(async () => (await get(address, 8080)) === undefined);
      await until(async () => {
        const filters = JSON.stringify({ label: [`faultline.world=${worldId}`] });
        const query = { all: 'true', filters };
        const left = await theEngine().client.json({
          method: 'GET',
          path: '/containers/json',
          query,
        });
        return Array.isArray(left) && left.length === 0;
      });
    });
  },
);

/** Podman speaks Docker's API as well, so that both ways to make a container are tested with it. */
const dialects =
  'engine' in started && started.engine.kind === 'docker'
    ? (['docker'] as const)
    : (['podman', 'docker'] as const);

describe.skipIf(why !== undefined || busybox === undefined).each(dialects)(
  'an instance whose disk is an image’s file system, as %s makes it',
  (kind) => {
    const dialect = (): Engine => ({ ...theEngine(), kind });

    const web = async (number: number, userData?: string): Promise<InstanceSpecification> => {
      const address = `127.14.0.${number}`;
      const instance = testSpecification(directory, `i-${number}`, userData, { address });
      await makeWebRoot(instance.diskDirectory);
      await writeConfiguration(instance.diskDirectory, webConfiguration);
      return await boot(instance);
    };

    beforeEach(() => begin(dialect()));

    test('serves at the instance’s address, each on the same port, silent while frozen', async () => {
      const page =
        '#cloud-config\nwrite_files:\n- path: /www/index.html\n  content: of user data\n';
      const command = '#!/bin/sh\necho "$GREETING" > /www/index.html\ncat /volumes/none\n';
      await Promise.all([web(1), web(2, page), web(3, command)]);
      await until(async () => (await get('127.14.0.1', 8080)) === 'as imported');
      await until(async () => (await get('127.14.0.2', 8080)) === 'of user data');
      await until(async () => (await get('127.14.0.3', 8080)) === 'hello from the image');
      await driver.freeze('i-1');
      expect(await get('127.14.0.1', 8080)).toBe('silence');
      expect(await get('127.14.0.2', 8080)).toBe('of user data');
      await driver.unfreeze('i-1');
      await until(async () => (await get('127.14.0.1', 8080)) === 'as imported');
      await driver.kill('i-1');
      expect(await get('127.14.0.1', 8080)).toBeUndefined();
    });

    test('has the users, files, name and volumes that its user data asks for', async () => {
      const instance = testSpecification(
        directory,
        'i-1',
        `#cloud-config
hostname: shop.example.com
timezone: Europe/Berlin
groups: [{staff: [web]}]
users:
  - {name: ada, homedir: /srv/ada, groups: staff, uid: 1500, sudo: "ALL=(ALL) ALL", ssh_authorized_keys: [ssh-rsa A]}
packages: [nginx]
swap: {}
mounts: [[/dev/sdf, /data]]
write_files:
  - {path: /srv/now, content: now, owner: "ada:staff", permissions: "0600"}
  - {path: /srv/late, content: late, owner: ada, defer: true}
runcmd:
  - ls -l /srv
  - cat /data/held /srv/ada/.ssh/authorized_keys /etc/sudoers.d/90-cloud-init-users /etc/group
  - echo "id $(id ada) on $(hostname) in $TZ"
  - echo end
`,
        { environment: { VOLUME_SDF: join(directory, 'volumes', 'sdf') } },
      );
      await makeWebRoot(instance.diskDirectory);
      for (const name of ['mkdir', 'chmod', 'chown', 'ls', 'hostname', 'dirname', 'ln'])
        await symlink('busybox', join(instance.diskDirectory, 'bin', name));
      await writeFile(join(instance.diskDirectory, 'etc/group'), 'root:x:0:\nweb:x:7:\n');
      await writeConfiguration(instance.diskDirectory, webConfiguration);
      await mkdir(join(directory, 'volumes', 'sdf'), { recursive: true });
      await writeFile(join(directory, 'volumes', 'sdf', 'held'), 'of the volume\n');
      await boot(instance);
      await until(async () => (await consoleOf(instance)).includes('\nend\n'));
      const console = await consoleOf(instance);
      expect(console).toMatch(/-rw-------\s+1 ada\s+staff\s+3 .* now\n/);
      expect(console).toMatch(/-rw-r--r--\s+1 ada\s+\w+\s+4 .* late\n/);
      expect(console).toContain('of the volume\nssh-rsa A\nada ALL=(ALL) ALL\n');
      expect(console).toMatch(/staff:x:\d+:(?:web,ada|ada,web)\n/);
      expect(console).toMatch(/id uid=1500\(ada\).*staff.* on shop in Europe\/Berlin\n/);
      expect(console).toContain('the image has no package manager for: install nginx');
      expect(driver.list()).toMatchObject([
        { leftOut: ['#cloud-config has "swap", which is not built.'] },
      ]);
      const other = await driver.reboot(instance);
      expect(other).toBeUndefined();
      await until(async () => (await consoleOf(instance)).split('\nend\n').length === 3);
      expect((await consoleOf(instance)).split('no package manager').length).toBe(
        console.split('no package manager').length,
      );
    });

    test.each([
      ['without user data', undefined, ''],
      ['after user data', '#!/bin/sh\necho first as $(id -u)\n', 'first as 0\n'],
    ])('runs the program as its user, %s, and outlives it', async (_, userData, before) => {
      const instance = testSpecification(directory, 'i-1', userData);
      await makeWebRoot(instance.diskDirectory);
      await writeConfiguration(instance.diskDirectory, {
        ...webConfiguration,
        entrypoint: ['/bin/sh', '-c'],
        command: ['echo "$GREETING as $(id -u) in $PWD"; sleep 1; exit 4'],
        user: 'web',
      });
      await boot(instance);
      await until(() => seen.some(({ kind }) => kind === 'exited'));
      const exit = { kind: 'exited', instanceId: 'i-1', code: 4, signal: undefined };
      expect(seen.at(-1)).toEqual(exit);
      expect(driver.list()).toMatchObject([{ state: 'running', mainProcess: 'exited' }]);
      expect(await consoleOf(instance)).toContain(`\n${before}hello from the image as 7 in /www\n`);
      expect(await driver.stop('i-1')).toBeUndefined();
    });

    test('keeps its disk over stop and boot', async () => {
      const script = '#!/bin/sh\necho again >> /www/index.html\n';
      const instance = await web(1, script);
      await until(async () => (await get('127.14.0.1', 8080)) === 'as importedagain');
      await driver.stop('i-1');
      await boot(instance);
      await until(async () => (await get('127.14.0.1', 8080)) === 'as importedagain\nagain');
    });
  },
);

describe.skipIf(why !== undefined || busybox === undefined)('an image', () => {
  test('becomes a directory with its configuration', async () => {
    const root = join(directory, 'root');
    await makeWebRoot(root);
    await execute('tar', ['-C', root, '-cf', join(directory, 'root.tar'), '.']);
    const archive = await readFile(join(directory, 'root.tar'));
    const client = theEngine().client;
    const changes = 'CMD ["/bin/httpd","-f"]';
    const path = '/images/create';
    const imported = await client.stream({
      method: 'POST',
      path,
      query: { fromSrc: '-', changes },
      archive,
    });
    if (isDomainError(imported)) throw new Error(imported.message);
    let answer = '';
    for await (const chunk of imported) answer += String(chunk);
    const id = /sha256:(?<id>[0-9a-f]{64})/.exec(answer)?.groups?.['id'] ?? '';
    const exported = join(directory, 'exported');
    const configuration = await exportContainerImage(theEngine(), id, exported);
    expect(configuration).toMatchObject({ reference: id, entrypoint: [], user: '' });
    expect(await readFile(join(exported, 'www/index.html'), 'utf8')).toBe('as imported');
    expect(JSON.parse(await readFile(join(exported, '.faultline/container.json'), 'utf8'))).toEqual(
      configuration,
    );
    await cp(exported, join(directory, 'copy'), { recursive: true, verbatimSymlinks: true });
    await client.json({ method: 'DELETE', path: `/images/${id}`, query: { force: 'true' } });
  });

  test('that is nowhere is an error that says so', async () => {
    const nowhere = 'localhost/faultline/nowhere:1';
    const problem = await exportContainerImage(theEngine(), nowhere, join(directory, 'none'));
    expect(isDomainError(problem) && problem.message).toContain(nowhere);
  });
});
