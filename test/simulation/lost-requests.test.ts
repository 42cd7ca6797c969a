import { afterEach, beforeEach, expect, it } from 'vitest';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { execute } from '../../src/aws/execute.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { openFault } from '../../src/world/fault-book.ts';
import type { FaultRequest } from '../../src/world/faults.ts';

const home = { region: 'us-east-1', account: '000000000000' } as const;

let simulated: SimulatedWorld;
/** The address that DNS gives for the server. */
let address: string;

const call = (operation: string, input: Readonly<Record<string, unknown>>) => {
  const { output } = execute(simulated.world, { service: ec2, operation, input, ...home });
  if (isDomainError(output)) throw new Error(output.message);
  // Each reads the members that its operation's answer has.
  return output as Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
};

beforeEach(async () => {
  simulated = await SimulatedWorld.open({ seed: 3 });
  const image = baseImagesOf(home.region).find((one) => one.architecture === 'x86_64');
  call('AuthorizeSecurityGroupIngress', {
    GroupId: call('DescribeSecurityGroups', {})['SecurityGroups']?.[0]?.['GroupId'],
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ],
  });
  const { Instances = [] } = call('RunInstances', {
    ImageId: image?.imageId,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    Placement: { AvailabilityZoneId: 'use1-az1' },
    UserData: Buffer.from('#faultline-mock\n{"latencyMs":5}').toString('base64'),
  });
  simulated.clock.advance(120_000);
  const [reservation] =
    call('DescribeInstances', { InstanceIds: [Instances[0]?.['InstanceId']] })['Reservations'] ??
    [];
  // A reservation has instances, and a running one in a default subnet a public name.
  const found = reservation?.['Instances'] as
    | readonly { readonly PublicDnsName: string }[]
    | undefined;
  const [instance] = found ?? [];
  const name = `${instance?.PublicDnsName ?? ''}.`;
  const { answers } = simulated.answers.answer({ name, type: 'A' });
  const [record] = answers;
  address = record?.data.type === 'A' ? record.data.address : '';
});
afterEach(() => simulated.close());

const breakIt = (effect: string, more: Partial<FaultRequest>): void => {
  const { output } = openFault(simulated.world, { target: 'zone/use1-az1', effect, ...more });
  if (isDomainError(output)) throw new Error(output.message);
};

/** How the requests fare of a user 10 ms away who waits so long. */
const fate = (timeoutMs: number) =>
  simulated.fate({ kind: 'vantage', roundTripMs: () => 10 }, address, 80, {
    expects: (status) => status === 200,
    timeoutMs,
  });

it('a well server answers after two round trips and its own time', () => {
  expect(fate(1000)).toEqual({ failingShare: 0, latencyMs: 25 });
});

it('a zone that loses packets fails those requests whose packets are not sent again in time', () => {
  breakIt('loss', { severity: 0.1 });
  const whole = (1 - 0.1) ** 2;
  // Both round trips at once; or one of them after a second, when it was sent again.
  expect(fate(900).failingShare).toBeCloseTo(1 - whole ** 2, 9);
  expect(fate(1900).failingShare).toBeCloseTo(1 - whole ** 2 - 2 * whole ** 2 * (1 - whole), 9);
});

it.each([
  ['error', 0.25, 25],
  ['silence', 0.25, 25],
  ['latency', 0, 0.75 * 25 + 0.25 * 525],
] as const)('a gray zone fails its share of requests as %s', (as, failingShare, latencyMs) => {
  breakIt('gray', { severity: 0.25, as, ...(as === 'latency' ? { latencyMs: 500 } : {}) });
  expect(fate(1000)).toEqual({ failingShare, latencyMs: expect.closeTo(latencyMs, 9) });
});
