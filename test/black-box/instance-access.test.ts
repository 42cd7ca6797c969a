import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { breakTarget, mendFault } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { spawnFaultline } from '../support/tied-program.ts';
import { launchWith, stateOf } from './web-server.ts';

const patienceMs = 30_000;

let world: Running;
let aws: AwsClients;

const launch = async (name: string, userData: string): Promise<string> => {
  const id = await launchWith(aws, userData, {
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
  });
  await eventually(async () => (await stateOf(aws, id)) === 'running', patienceMs);
  return id;
};

const faultline = (...args: readonly string[]): ReturnType<typeof runCommand> =>
  runCommand(args, { FAULTLINE_ENDPOINT: world.endpoint });

beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: 20 });
  aws = awsClients(world.endpoint);
});
afterAll(() => stop(world));

describe('faultline ssh', () => {
  it('runs a command in an instance by its id, name or private address, with its environment and exit code', async () => {
    const id = await launch('visited', '#!/bin/sh\necho here > mine\nsleep 1000\n');
    const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [id] });
    const address = Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress ?? '';
    for (const of of [id, 'visited', address]) {
      await eventually(async () => {
        const ended = await faultline('ssh', of, '--', 'cat mine; echo $AWS_REGION; exit 7');
        expect(ended).toEqual({ exitCode: 7, stdout: 'here\nus-east-1\n', stderr: '' });
        return true;
      }, patienceMs);
    }
  });

  it('says in one line why it cannot: nobody of that name, several, not running, no network', async () => {
    expect(await faultline('ssh', 'nobody')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^faultline: No instance .*'nobody'.*\n$/),
    });
    const ids = [await launch('twin', '#!/bin/sh\n'), await launch('twin', '#!/bin/sh\n')];
    const ambiguous = await faultline('ssh', 'twin');
    expect(ambiguous.exitCode).toBe(1);
    for (const id of ids) expect(ambiguous.stderr).toContain(id);
    const [id = ''] = ids;
    const fault = await breakTarget(world.endpoint, `instance/${id}`, 'network');
    expect((await faultline('ssh', id, '--', 'true')).stderr).toContain(`${id} is silent`);
    await mendFault(world.endpoint, fault);
    expect((await faultline('ssh', id, '--', 'true')).exitCode).toBe(0);
    await aws.ec2.stopInstances({ InstanceIds: [id] });
    await eventually(async () => (await stateOf(aws, id)) === 'stopped', patienceMs);
    expect((await faultline('ssh', id)).stderr).toContain(`${id} is stopped`);
  });
});

describe('faultline logs', () => {
  it('prints what an instance has printed, also when it is gone', async () => {
    const id = await launch('talker', '#!/bin/sh\necho good morning\n');
    await eventually(
      async () => (await faultline('logs', 'talker')).stdout.includes('good morning'),
      patienceMs,
    );
    await aws.ec2.terminateInstances({ InstanceIds: [id] });
    await eventually(async () => (await stateOf(aws, id)) === 'terminated', patienceMs);
    const { stdout } = await faultline('logs', id, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      instanceId: id,
      state: 'terminated',
      console: expect.stringContaining('good morning'),
    });
  });

  it('follows to the end and in order, also a program that prints much more than a console keeps', async () => {
    // Twelve bytes a line, some five times what the file ever holds.
    const lines = 100_000;
    const script = `#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.05; done\nseq -f 'line %06.0f' 1 ${lines}\necho the end\n`;
    await launch('counter', script);
    const child = spawnFaultline(['logs', 'counter', '--follow'], {
      environment: { FAULTLINE_ENDPOINT: world.endpoint },
    });
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
    });
    try {
      await eventually(() => seen.includes('boots'), patienceMs);
      await faultline('ssh', 'counter', '--', 'touch go');
      await eventually(() => seen.includes('the end'), patienceMs);
    } finally {
      child.kill('SIGKILL');
    }
    const numbers = [...seen.matchAll(/^line (\d{6})$/gm)].map(([, number]) => Number(number));
    // A burst may replace the file twice between two looks; what is there is in order and complete at its end.
    expect(numbers.at(-1)).toBe(lines);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
