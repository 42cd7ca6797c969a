import { Instances, NetworkInterfaces } from '../../src/aws/ec2/instances/instance-entities.ts';
import { locationOf } from '../../src/aws/ec2/instances/instance-location.ts';
import { checkersIn } from '../../src/aws/route53/checkers.ts';
import { CheckerStatuses, HealthChecks, type HealthCheck } from '../../src/aws/route53/entities.ts';
import { partitionShard } from '../../src/world/entity.ts';
import type { Place } from '../../src/world/places.ts';
import { viewsOf } from './rules.ts';
import { Broken, isBootable, type Run } from './run.ts';
import { goodScripts } from './server-steps.ts';

/** The server that has a public address, if it is up and runs a script that is well or none that answers. */
const serverAt = (
  run: Run,
  address: string | undefined,
): { readonly place: Place; readonly isGood: boolean } | undefined => {
  for (const view of viewsOf(run)) {
    const [networkInterface] = view.find(NetworkInterfaces, 'publicAddress', address ?? '');
    const instance = view.get(Instances, networkInterface?.attachment?.instanceId ?? '');
    if (instance?.state !== 'running') continue;
    const script = run.scripts.get(instance.id) ?? '';
    if (!(script in goodScripts) && script !== 'malformed') return undefined;
    if (!isBootable(view, instance)) return undefined;
    return {
      place: { kind: 'instance', ...locationOf(instance) },
      isGood: script in goodScripts,
    };
  }
  return undefined;
};

/** Beyond this some kinds of health check give up and others do not. */
const promptMs = 1_500;

const expectedStatus = (run: Run, check: HealthCheck, region: string): boolean | undefined => {
  const server = serverAt(run, check.config.ipAddress);
  if (server === undefined || check.config.type === 'HTTP_STR_MATCH') return undefined;
  const way = run.simulated.world.conditions.reach({ kind: 'region', region }, server.place);
  if (!way.up || !server.isGood) return false;
  return way.roundTrip < promptMs && way.loss === 0 ? true : undefined;
};

const minuteMs = 60_000;

/** Once nothing has changed for long enough, each checker has found out the truth about each server that it watches. */
export const checkCheckers = (run: Run): void => {
  const { world, clock } = run.simulated;
  if (clock.now() - run.watch.disturbedAt < 5 * minuteMs) return;
  for (const { account } of run.homes) {
    const view = world.view(partitionShard, account);
    for (const check of view.list(HealthChecks)) {
      if (check.config.disabled) continue;
      const statuses = view.find(CheckerStatuses, 'healthCheck', check.id);
      for (const { id, region } of checkersIn(check.config.regions)) {
        const expected = expectedStatus(run, check, region);
        const said = statuses.find(({ checkerId }) => checkerId === id)?.healthy;
        if (expected === undefined || said === expected) continue;
        throw new Broken(
          `${id} says ${String(said)} of ${check.config.ipAddress ?? ''}, and it is ${String(expected)}`,
        );
      }
    }
  }
};
