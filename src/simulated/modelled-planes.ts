import { ModelledBalancer } from '../plane/balancer/modelled-balancer.ts';
import { createMockDriver, type MockDriver } from '../plane/compute/mock-driver.ts';
import { createModelledDisks } from '../plane/disks/modelled-disks.ts';
import { createModelledProber } from '../plane/probe/modelled-prober.ts';
import type { PlaneContext, Planes } from '../runtime/planes.ts';
import { soonOnce } from '../serving/runners/soon.ts';
import type { VirtualClock } from '../world/clock.ts';
import { behaviourOf, ModelledServing } from './modelled-serving.ts';

/** Planes that play a world in virtual time: no process and no socket. */
export interface ModelledPlanes extends Planes {
  readonly driver: MockDriver;
  readonly balancer: ModelledBalancer;
  readonly serving: ModelledServing;
}

/**
 * Makes the planes of a simulated world. `changed` is told when users may meet something else, beside what the world says.
 */
export const modelledPlanes =
  (changed: () => void) =>
  (context: PlaneContext<VirtualClock>): Promise<ModelledPlanes> => {
    const { world, clock, sockets, soon } = context;
    const driver = createMockDriver({ clock });
    const balancer = new ModelledBalancer({
      clock,
      observe: context.observeBalancer,
      behaviour: (target) => behaviourOf(driver, sockets, target),
      // For example because they are there again: checkers meet that.
      changed: soonOnce(soon, () => {
        context.checkersMeetOthers();
        changed();
      }),
    });
    const serving = new ModelledServing(context, driver, balancer);
    const prober = createModelledProber({
      seed: world.seed,
      clock,
      observe: context.observeChecker,
      condition: (checkerRegion, check) => serving.condition(checkerRegion, check),
    });
    const answersOtherwise = (): void =>
      soon(() => {
        balancer.behaviourChanged();
        context.checkersMeetOthers();
        changed();
      });
    const stops = [driver.observe(answersOtherwise), driver.observeAnswers(answersOtherwise)];
    return Promise.resolve({
      driver,
      disks: createModelledDisks(),
      balancer,
      prober,
      serving,
      disksTakeTime: false,
      cpuScope: 'watched',
      realNowMs: () => clock.now(),
      close: async () => {
        for (const stop of stops) stop();
        await driver.close();
      },
    });
  };
