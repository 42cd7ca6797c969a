import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';

/** Why Ansible cannot be run on this machine; undefined when it can. */
const lacking = (): string | undefined => {
  try {
    for (const module of ['amazon.aws.ec2_vpc_net', 'community.aws.ec2_vpc_nacl']) {
      const shown = execFileSync('ansible-doc', ['-t', 'module', '-s', module], { stdio: 'pipe' });
      if (shown.length === 0) return `ansible-doc knows no ${module}`;
    }
    execFileSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `ansible-playbook with amazon.aws, community.aws and boto3 is not on this machine: ${String(error).split('\n')[0]}`;
  }
};

const reason = lacking();

/** Each plays in an account of its own. All but the first take a minute of the processor each. */
const playbooks = [
  ['first.yml', '111122221111'],
  ...(process.env['FAULTLINE_ANSIBLE'] === 'all'
    ? [['network.yml', '111122223333'] as const, ['servers.yml', '111122224444'] as const]
    : []),
] as const;

/** A module is a program of Python of its own, and takes a second of the processor. */
const timeout = 280_000;

describe.skipIf(reason !== undefined)(
  `a playbook of Ansible${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let world: Running;
    let home: string;
    beforeAll(async () => {
      world = await startReady({ speed: 20 });
      home = mkdtempSync(join(tmpdir(), 'faultline-ansible-'));
    }, timeout);
    afterAll(async () => {
      rmSync(home, { recursive: true, force: true });
      await stop(world);
    });

    /** All that it wrote, and how it ended. */
    const play = (
      name: string,
      account: string,
    ): Promise<{ readonly failed: boolean; readonly output: string }> =>
      new Promise((resolve) => {
        execFile(
          'ansible-playbook',
          ['-i', 'localhost,', '-c', 'local', join(import.meta.dirname, name)],
          {
            timeout,
            maxBuffer: 16 * 1024 * 1024,
            env: {
              ...process.env,
              HOME: home,
              ANSIBLE_LOCALHOST_WARNING: 'False',
              ANSIBLE_NOCOLOR: '1',
              ANSIBLE_PIPELINING: 'True',
              ANSIBLE_PYTHON_INTERPRETER: 'python3',
              AWS_ACCESS_KEY_ID: account,
              AWS_SECRET_ACCESS_KEY: 'test',
              AWS_EC2_METADATA_DISABLED: 'true',
              AWS_ENDPOINT_URL: world.endpoint,
              // Collections of before 2024 read this.
              AWS_URL: world.endpoint,
              AWS_REGION: 'us-east-1',
            },
          },
          (error, stdout, stderr) =>
            resolve({ failed: error !== null, output: `${stdout}${stderr}` }),
        );
      });

    it.concurrent.each(playbooks)(
      '%s makes, makes again, changes, reads and removes',
      async (name, account) => {
        const { failed, output } = await play(name, account);
        const problem = /^(fatal|ERROR).*(\n.*){0,8}/m.exec(output)?.[0] ?? output.slice(-2000);
        expect(failed ? problem : '').toBe('');
      },
      timeout,
    );
  },
);
