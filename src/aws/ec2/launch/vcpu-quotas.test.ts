import { expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import { readWorldFile } from '../../../atlas/world-file.ts';
import { VirtualClock } from '../../../world/clock.ts';
import { createRecordingJournal, testEpochMs } from '../../../world/test-world.ts';
import { World } from '../../../world/world.ts';
import { rulesOf } from '../../loaded-services.ts';
import { execute } from '../../execute.ts';
import { ec2 } from '../service.ts';
import { testImage } from '../instances/test-instances.ts';

const openWorld = async (file: object) => {
  const read = readWorldFile(file);
  if (read.kind === 'problem') throw new Error(read.message);
  const { world, clock } = await World.open({
    seed: 1,
    geography: read.geography,
    journal: createRecordingJournal(),
    rules: rulesOf([ec2]),
    clock: () => new VirtualClock(testEpochMs),
    onBug: (where, error) => {
      throw new Error(where, { cause: error });
    },
    onJournalFailure: () => undefined,
  });
  const call = (operation: string, input: object, region = 'us-east-1'): unknown => {
    const account = '123456789012';
    return execute(world, { service: ec2, operation, region, account, input: { ...input } }).output;
  };
  const launch = (
    InstanceType: string,
    MaxCount = 1,
    MinCount = MaxCount,
    region = 'us-east-1',
  ) => {
    const output = call(
      'RunInstances',
      { ImageId: testImage(region), InstanceType, MinCount, MaxCount },
      region,
    );
    if (isDomainError(output)) return output;
    // RunInstances answers with these members.
    const { Instances } = output as { readonly Instances: readonly { InstanceId: string }[] };
    return Instances.map((instance) => instance.InstanceId);
  };
  return { clock, call, launch };
};

const refused = {
  code: 'VcpuLimitExceeded',
  message:
    'You have requested more vCPU capacity than your current vCPU limit of 5 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.',
};

test('a quota bounds what an account runs of a group of families in a Region', async () => {
  const it = await openWorld({ vcpuQuotas: { standard: 5 } });
  expect(it.launch('t3.micro', 3)).toMatchObject(refused);
  expect(it.launch('t3.micro')).toHaveLength(1);
  // Two of 2 vCPUs are there; of three one more is left, which no whole instance is.
  expect(it.launch('m5.large', 3, 1)).toHaveLength(1);
  expect(it.launch('c5.large')).toMatchObject(refused);
  expect(it.launch('t3.micro', 1, 1, 'eu-west-1')).toHaveLength(1);
});

test('stopped instances do not count, and their start does', async () => {
  const it = await openWorld({ vcpuQuotas: { standard: 5 } });
  const first = it.launch('m5.large', 2);
  it.clock.advance(120_000);
  it.call('StopInstances', { InstanceIds: first });
  it.clock.advance(300_000);
  expect(it.launch('m5.large')).toHaveLength(1);
  expect(it.call('StartInstances', { InstanceIds: first })).toMatchObject(refused);
  if (isDomainError(first)) throw new Error(first.message);
  expect(it.call('StartInstances', { InstanceIds: first.slice(0, 1) })).toHaveProperty(
    'StartingInstances',
  );
});

test('without a quota nothing is counted', async () => {
  const it = await openWorld({});
  expect(it.launch('m5.xlarge', 100)).toHaveLength(100);
});

test.each([
  [{ vcpuQuotas: { standart: 5 } }, "'standard' is"],
  [{ vcpuQuotas: { standard: -1 } }, 'vcpuQuotas.standard'],
])('a world file with %j is refused', (file, message) => {
  expect(readWorldFile(file)).toMatchObject({
    kind: 'problem',
    message: expect.stringContaining(message),
  });
});
