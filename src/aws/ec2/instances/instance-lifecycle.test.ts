import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import { Subnets } from '../entities.ts';
import { Instances, NetworkInterfaces, Volumes } from './instance-entities.ts';
import type { InstanceStateName } from './instance-entities.ts';
import { nextStates } from './instance-lifecycle.ts';
import { observeInstance } from './instance-plane.ts';
import { rebootInstances, startInstances, stopInstances, terminateInstances } from './instances.ts';
import { PublicAddresses } from '../addresses/public-addresses.ts';
import { takenAddressCount } from '../network/subnet-addresses.ts';
import { createInstanceWorld, type InstanceWorld } from './test-instances.ts';

type Step =
  | { readonly kind: 'start' | 'reboot' | 'terminate' | 'power' | 'network' | 'shutdown' }
  | { readonly kind: 'stop'; readonly force: boolean }
  | { readonly kind: 'wait'; readonly ms: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    { kind: 'start' },
    { kind: 'reboot' },
    { kind: 'terminate' },
    { kind: 'power' },
    { kind: 'network' },
    { kind: 'shutdown' },
  ),
  fc.boolean().map((force): Step => ({ kind: 'stop', force })),
  fc.integer({ min: 1, max: 900_000 }).map((ms): Step => ({ kind: 'wait', ms })),
);

/** Breaks the target when it is whole, and mends it when it is broken. */
const toggler = (it: InstanceWorld) => {
  const broken = new Map<string, () => void>();
  return (target: string, effect: string): void => {
    const key = `${target} ${effect}`;
    const mend = broken.get(key);
    if (mend === undefined) broken.set(key, it.breakDown(target, effect));
    else {
      broken.delete(key);
      mend();
    }
  };
};

/** Every state that the instance is put into, as the commits tell it. */
const watchStates = (it: InstanceWorld, id: string): readonly InstanceStateName[] => {
  const states: InstanceStateName[] = [];
  it.world.subscribe((commit) => {
    for (const change of commit.changes) {
      if (change.table !== Instances.name || change.op !== 'put' || change.entity.id !== id)
        continue;
      const state = it.view().get(Instances, id)?.state;
      if (state !== undefined && state !== states.at(-1)) states.push(state);
    }
  });
  return states;
};

/** What such calls may be refused with. */
const refusals: ReadonlySet<string> = new Set([
  'IncorrectInstanceState',
  'InsufficientInstanceCapacity',
  'InvalidInstanceID.NotFound',
]);

test('no sequence of calls, faults and waits takes an instance through a transition that AWS does not have', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (sequence) => {
      const it = await createInstanceWorld();
      const [id = ''] = it.launch();
      const zoneId = it.view().get(Instances, id)?.zoneId ?? '';
      const states = watchStates(it, id);
      const toggle = toggler(it);
      const InstanceIds = [id];
      const surprises: string[] = [];
      const attempt = (run: Parameters<InstanceWorld['transact']>[0]): void => {
        const output = it.transact(run);
        if (isDomainError(output) && !refusals.has(output.code)) surprises.push(output.code);
      };
      for (const step of sequence) {
        switch (step.kind) {
          case 'start':
            attempt((tx) => startInstances(tx, { InstanceIds }));
            break;
          case 'stop':
            attempt((tx) => stopInstances(tx, { InstanceIds, Force: step.force }));
            break;
          case 'reboot':
            attempt((tx) => rebootInstances(tx, { InstanceIds }));
            break;
          case 'terminate':
            attempt((tx) => terminateInstances(tx, { InstanceIds }));
            break;
          case 'shutdown':
            it.transact((tx) => observeInstance(tx, { kind: 'shutdown', instanceId: id }));
            break;
          case 'power':
          case 'network':
            toggle(`zone/${zoneId}`, step.kind);
            break;
          case 'wait':
            it.clock.advance(step.ms);
            break;
        }
      }
      const transitions = ['pending' as const, ...states].map(
        (state, index, all) => [all[index - 1] ?? state, state] as const,
      );
      expect(
        transitions.filter(([from, to]) => from !== to && !nextStates[from].includes(to)),
      ).toEqual([]);
      // Whatever happened, a termination ends it and leaves nothing behind.
      attempt((tx) => terminateInstances(tx, { InstanceIds }));
      it.clock.advance(2 * 3_600_000);
      expect(surprises).toEqual([]);
      const view = it.view();
      expect(view.list(Instances)).toEqual([]);
      expect(view.list(NetworkInterfaces)).toEqual([]);
      expect(view.list(Volumes)).toEqual([]);
      expect(view.forAccount('-').list(PublicAddresses)).toEqual([]);
      for (const subnet of view.list(Subnets)) {
        expect(takenAddressCount(view, subnet.id)).toBe(0);
      }
    }),
    { numRuns: 150 },
  );
});
