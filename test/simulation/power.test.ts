import { afterEach, beforeEach, expect, it } from 'vitest';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import {
  Instances,
  MachineReports,
  type Instance,
} from '../../src/aws/ec2/instances/instance-entities.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { execute } from '../../src/aws/execute.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { mendFault, openFault } from '../../src/world/fault-book.ts';

const home = { region: 'eu-west-1', account: '000000000000' } as const;

let simulated: SimulatedWorld;

beforeEach(async () => {
  simulated = await SimulatedWorld.open({ seed: 1 });
});
afterEach(() => simulated.close());

const call = (operation: string, input: Readonly<Record<string, unknown>>): void => {
  const { output } = execute(simulated.world, { service: ec2, operation, input, ...home });
  if (isDomainError(output)) throw new Error(output.message);
};

const instance = (): Instance => {
  const [found] = simulated.world.view(home.region, home.account).list(Instances);
  if (found === undefined) throw new Error('There is no instance.');
  return found;
};

const launch = (script: object): void => {
  const image = baseImagesOf(home.region).find((one) => one.architecture === 'x86_64');
  call('RunInstances', {
    ImageId: image?.imageId,
    InstanceType: 't3.micro',
    UserData: Buffer.from(`#faultline-mock\n${JSON.stringify(script)}`).toString('base64'),
  });
  simulated.clock.advance(60_000);
};

/** The boot of which its machine last said that it was on. */
const bootSeen = (): number | undefined =>
  simulated.world.view(home.region, home.account).get(MachineReports, instance().id)?.bootNumber;

it('boots a server anew that was rebooted through the API while it had no power', () => {
  launch({ bootSeconds: 20 });
  const fault = openFault(simulated.world, {
    target: `zone/${instance().zoneId}`,
    effect: 'power',
  }).output;
  if (isDomainError(fault)) throw new Error(fault.message);
  call('RebootInstances', { InstanceIds: [instance().id] });
  simulated.clock.advance(60_000);
  mendFault(simulated.world, fault.id);
  expect(simulated.machines()).toMatchObject([{ state: 'booting' }]);
  simulated.clock.advance(20_000);
  expect(simulated.machines()).toMatchObject([{ state: 'running', mainProcess: 'running' }]);
  expect(bootSeen()).toBe(instance().bootNumber);
});

it('keeps a server off that loses its power while it reboots', () => {
  launch({ bootSeconds: 20, stopSeconds: 5 });
  call('RebootInstances', { InstanceIds: [instance().id] });
  openFault(simulated.world, {
    target: `instance/${instance().id}`,
    effect: 'power',
    durationMs: 100_000,
  });
  simulated.clock.advance(90_000);
  expect(simulated.machines()).toMatchObject([{ state: 'frozen' }]);
  simulated.clock.advance(30_000);
  expect(bootSeen()).toBe(instance().bootNumber);
});
