import { AutoScalingGroups, GroupInstances } from '../../src/aws/autoscaling/entities.ts';
import { autoscaling } from '../../src/aws/autoscaling/service.ts';
import { accountZones } from '../../src/aws/shared/account-zones.ts';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { execute } from '../../src/aws/execute.ts';
import type { Service } from '../../src/aws/operation.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { openFault } from '../../src/world/fault-book.ts';
import type { Benchmark } from './measurement.ts';

const region = 'eu-west-1';
const groupsPerAccount = 100;
const instancesPerGroup = 10;
const minuteMs = 60_000;

const accountsFor = (groups: number): readonly string[] =>
  Array.from({ length: groups / groupsPerAccount }, (_, index) => String(100_000_000_000 + index));

const createGroups = (simulated: SimulatedWorld, account: string): void => {
  const call = (service: Service, operation: string, input: Record<string, unknown>): void => {
    const call = { service, operation, input, region, account };
    const { output } = execute(simulated.world, call);
    if (isDomainError(output)) throw new Error(output.message);
  };
  const image = baseImagesOf(region).find((one) => one.architecture === 'x86_64');
  call(ec2, 'CreateLaunchTemplate', {
    LaunchTemplateName: 'bench',
    LaunchTemplateData: { ImageId: image?.imageId, InstanceType: 't3.micro' },
  });
  const zones = accountZones(simulated.world.view(region, account)).map((zone) => zone.name);
  for (let index = 0; index < groupsPerAccount; index += 1) {
    call(autoscaling, 'CreateAutoScalingGroup', {
      AutoScalingGroupName: `group-${index}`,
      LaunchTemplate: { LaunchTemplateName: 'bench' },
      MinSize: instancesPerGroup,
      MaxSize: instancesPerGroup,
      AvailabilityZones: zones,
    });
  }
};

/** Whether every group has as many instances in service as it desires, none of them in the zone. */
const haveRecovered = (simulated: SimulatedWorld, accounts: readonly string[], lost: string) =>
  accounts.every((account) => {
    const view = simulated.world.view(region, account);
    const serving = view
      .list(GroupInstances)
      .filter((one) => one.state === 'InService' && one.zoneId !== lost);
    return serving.length === view.list(AutoScalingGroups).length * instancesPerGroup;
  });

/** How long so many groups take to get over the loss of a zone, and how many commits that is. */
const recovery = async (
  groups: number,
): Promise<{ readonly seconds: number; readonly microsecondsPerCommit: number }> => {
  const simulated = await SimulatedWorld.open({ seed: 1 });
  try {
    const accounts = accountsFor(groups);
    for (const account of accounts) createGroups(simulated, account);
    simulated.clock.advance(2 * minuteMs);
    const lost = accountZones(simulated.world.view(region, accounts[0] ?? ''))[0]?.id ?? '';
    let commits = 0;
    simulated.world.subscribe(() => (commits += 1));
    const began = performance.now();
    openFault(simulated.world, { target: `zone/${lost}`, effect: 'power' });
    simulated.clock.advance(5 * minuteMs);
    const ms = performance.now() - began;
    if (!haveRecovered(simulated, accounts, lost)) throw new Error('Not all groups recovered.');
    return { seconds: ms / 1000, microsecondsPerCommit: (ms * 1000) / commits };
  } finally {
    await simulated.close();
  }
};

/** A thousand groups of ten after the loss of a zone, simulated: what an event costs beside a tenth of them. */
export const autoScalingBench: Benchmark = {
  name: 'auto-scaling',
  run: async () => {
    const [few, many] = [100, 1000];
    // The first round pays for compiling.
    await recovery(few);
    const small = await recovery(few);
    const large = await recovery(many);
    return [
      {
        what: `${many} groups of ${instancesPerGroup} get over the loss of a zone, an event`,
        measured: large.microsecondsPerCommit,
        unit: 'µs',
        reference: { what: `${few} groups`, value: small.microsecondsPerCommit },
        budget: { atMost: 2 },
        note: `${large.seconds.toFixed(1)} s for all of five simulated minutes`,
      },
    ];
  },
};
