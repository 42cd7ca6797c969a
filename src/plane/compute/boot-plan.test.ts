import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import type { Driver, InstanceSpecification } from './driver.ts';
import { createProcessDriver } from './process-driver.ts';
import { testSpecification } from './test-specification.ts';

let directory: string;
let driver: Driver;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-boot-'));
  driver = createProcessDriver({
    stateDirectory: join(directory, 'processes'),
    worldId: randomUUID(),
    metadataAddress: '127.0.0.1',
    closeGraceMs: 200,
  });
});

afterEach(async () => {
  await driver.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  await expect.poll(condition, { timeout: 20_000, interval: 10 }).toBe(true);
};

const consoleOf = async (instance: InstanceSpecification): Promise<string> =>
  new TextDecoder().decode(await driver.consoleOutput(instance));

const boot = async (
  userData: string,
  changes: Partial<InstanceSpecification> = {},
): Promise<InstanceSpecification> => {
  const instance = testSpecification(directory, 'i-1', userData, changes);
  const problem = await driver.boot(instance);
  if (isDomainError(problem)) throw new Error(problem.message);
  return instance;
};

describe('an instance without a system of its own', () => {
  test('what would change the host is left out, and the rest is done', async () => {
    const volume = join(directory, 'volume');
    await mkdir(volume);
    await writeFile(join(volume, 'held'), 'of the volume\n');
    const instance = await boot(
      `#cloud-config
hostname: web
timezone: Pacific/Kiritimati
groups: [faultline-staff]
users: [default, {name: faultline-ada, sudo: "ALL=(ALL) ALL"}]
ssh_authorized_keys: [ssh-ed25519 AAAA ada]
mounts: [[xvdf, /data], [xvdg, /more]]
packages: [faultline-no-such-package]
package_upgrade: true
write_files: [{path: /etc/owned, content: x, owner: "faultline-ada:faultline-staff", defer: true}]
runcmd:
  - cat data/held .ssh/authorized_keys
  - date +%z
  - cat etc/owned
  - echo " end"
`,
      { environment: { VOLUME_SDF: volume } },
    );
    await until(async () => (await consoleOf(instance)).includes('x end'));
    const console = await consoleOf(instance);
    expect(console).toContain('of the volume\nssh-ed25519 AAAA ada\n+1400\nx end');
    const because = "the instance has no system of its own, and the host's is left alone.";
    const leftOut = [
      'mounts: no volume is attached as xvdg.',
      "hostname web: the instance has the host's name, which is left alone.",
      `groups faultline-staff: ${because}`,
      `users default, faultline-ada: ${because}`,
      `packages package_upgrade, faultline-no-such-package: ${because}`,
      `owner of /etc/owned (faultline-ada:faultline-staff): ${because}`,
    ];
    expect(driver.list()).toMatchObject([{ leftOut }]);
    for (const what of leftOut) expect(console).toContain(`left out of user data: ${what}`);
    expect(await readFile('/etc/passwd', 'utf8')).not.toContain('faultline-ada');
  });

  test('boothooks come first and at each boot; a script per instance once', async () => {
    const part = (type: string, content: string) => `--B\nContent-Type: ${type}\n\n${content}\n`;
    const instance = await boot(
      [
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n',
        part('text/x-shellscript-per-instance', '#!/bin/sh\necho once'),
        part('text/cloud-config', '#cloud-config\nbootcmd: [echo each]\nruncmd: [echo last]'),
        part('text/cloud-boothook', '#cloud-boothook\n#!/bin/sh\necho hook'),
        '--B--\n',
      ].join(''),
    );
    await until(async () => (await consoleOf(instance)).includes('last\n'));
    expect(await consoleOf(instance)).toContain('hook\neach\nonce\nlast\n');
    await driver.reboot(instance);
    await until(async () => (await consoleOf(instance)).includes('hook\neach\nlast\n'));
  });
});
