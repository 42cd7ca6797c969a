import type { Tx, View } from '../../../world/transaction.ts';
import { canReadRoot } from '../storage/volume-io.ts';
import { locationOf } from './instance-location.ts';
import { Instances, MachineReports, type Impairment, type Instance } from './instance-entities.ts';

/** What status checks cannot see of an instance now; undefined when they see all of it. */
const failingChecks = (view: View, instance: Instance): Impairment['checks'] | undefined => {
  const { conditions } = view;
  const location = locationOf(instance);
  if (
    !conditions.instancePowered(location) ||
    !conditions.zone(instance.zoneId).connected ||
    !conditions.hostConnected(location)
  ) {
    return 'system-and-instance';
  }
  const report = view.get(MachineReports, instance.id);
  const hasFailedToBoot = report?.phase === 'failed' && report.bootNumber === instance.bootNumber;
  return hasFailedToBoot || !conditions.instanceConnected(location) || !canReadRoot(view, instance)
    ? 'instance'
    : undefined;
};

const impairmentNow = (view: View, instance: Instance): Impairment | null => {
  const checks = failingChecks(view, instance);
  const known = instance.impairment;
  const isOpen = known !== null && known.until === null;
  if (checks === undefined) return isOpen ? { ...known, until: view.now } : known;
  if (!isOpen) return { since: view.now, until: null, checks };
  return known.checks === checks ? known : { ...known, checks };
};

/** Memory that is lost with the power, and the boot that follows when the power is back. */
const bootAfterPower = (view: View, instance: Instance): Instance => {
  const isLost = instance.lostBootNumber === instance.bootNumber;
  const isPowered = view.conditions.instancePowered(locationOf(instance));
  if (!isPowered) return isLost ? instance : { ...instance, lostBootNumber: instance.bootNumber };
  return isLost
    ? { ...instance, bootNumber: instance.bootNumber + 1, bootedAt: view.now }
    : instance;
};

/**
 * A running instance as it is under what is broken now: what its status checks miss, whether its memory is lost, and
 * its next boot when the power is back. The same object when nothing changes.
 */
const underConditions = (view: View, instance: Instance): Instance => {
  if (instance.state !== 'running') return instance;
  const booted = bootAfterPower(view, instance);
  const impairment = impairmentNow(view, booted);
  return impairment === booted.impairment ? booted : { ...booted, impairment };
};

/** Brings what is recorded of an instance in line with what is broken now. */
export const followConditions = (tx: Tx, instance: Instance): void => {
  const now = underConditions(tx, instance);
  if (now !== instance) tx.put(Instances, now);
};
