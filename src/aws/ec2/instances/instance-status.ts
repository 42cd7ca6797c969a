import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  InstanceStatus,
  InstanceStatusSummary,
} from '@aws-sdk/client-ec2';
import { isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { filteredPage } from '../describe.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { statusCheckLagMs, statusInitializingMs } from '../durations.ts';
import { invalidParameterCombination } from '../errors.ts';
import { ebsImpairedSince } from '../storage/volume-io.ts';
import { stateAnswer } from './instance-answer.ts';
import { Instances, type Impairment, type Instance } from './instance-entities.ts';
import { instancesByIds } from './instances.ts';

/** What a status check says. `not-applicable` of an instance that is not running. */
type CheckStatus = 'ok' | 'initializing' | 'impaired' | 'not-applicable';

/** Both checks of an instance, and since when one of them fails. */
export interface InstanceChecks {
  readonly system: CheckStatus;
  readonly instance: CheckStatus;
  /** World time; null when neither is impaired. */
  readonly impairedSince: number | null;
}

const isNoticed = (impairment: Impairment, now: number): boolean =>
  impairment.since + statusCheckLagMs <= now &&
  (impairment.until === null || now < impairment.until + statusCheckLagMs);

/**
 * What the status checks say at a moment. They see with a lag, both that something is wrong and that it is well again
 * ("Status checks for Amazon EC2 instances", User Guide: they run every minute).
 */
export const checksOf = (
  instance: Pick<Instance, 'state' | 'bootedAt' | 'impairment'>,
  now: number,
): InstanceChecks => {
  const { state, bootedAt, impairment } = instance;
  if (state !== 'running') {
    return { system: 'not-applicable', instance: 'not-applicable', impairedSince: null };
  }
  const isNew = bootedAt !== null && now < bootedAt + statusInitializingMs;
  const well: CheckStatus = isNew ? 'initializing' : 'ok';
  if (impairment === null || !isNoticed(impairment, now)) {
    return { system: well, instance: well, impairedSince: null };
  }
  return {
    system: impairment.checks === 'instance' ? well : 'impaired',
    instance: 'impaired',
    impairedSince: impairment.since,
  };
};

const reachabilityOf = (status: CheckStatus): 'passed' | 'failed' | 'initializing' | undefined => {
  switch (status) {
    case 'ok':
      return 'passed';
    case 'impaired':
      return 'failed';
    case 'initializing':
      return 'initializing';
    case 'not-applicable':
      return undefined;
  }
};

const summary = (
  status: CheckStatus,
  impairedSince: number | null,
): Plain<InstanceStatusSummary> => {
  const reachability = reachabilityOf(status);
  return {
    Status: status,
    Details:
      reachability === undefined
        ? undefined
        : [
            {
              Name: 'reachability',
              Status: reachability,
              ImpairedSince: status === 'impaired' ? (impairedSince ?? undefined) : undefined,
            },
          ],
  };
};

const answer = (view: View, instance: Instance): Plain<InstanceStatus> => {
  const { system, instance: own, impairedSince } = checksOf(instance, view.now);
  return {
    AvailabilityZone: zoneNameOf(view, instance.zoneId),
    AvailabilityZoneId: instance.zoneId,
    Operator: { Managed: false },
    // Events are maintenance that AWS plans; Faultline plans none.
    Events: [],
    InstanceId: instance.id,
    InstanceState: stateAnswer(instance.state),
    InstanceStatus: summary(own, impairedSince),
    SystemStatus: summary(system, impairedSince),
    AttachedEbsStatus: ebsSummary(view, instance),
  };
};

/** The check of attached volumes: it fails with the system's, and while one of them does not answer. */
const attachedEbsOf = (
  view: View,
  instance: Instance,
): { readonly status: CheckStatus; readonly since: number | null } => {
  const { system, impairedSince } = checksOf(instance, view.now);
  if (system === 'impaired' || system === 'not-applicable') {
    return { status: system, since: impairedSince };
  }
  const since = ebsImpairedSince(view, instance.id);
  return since === undefined || view.now < since + statusCheckLagMs
    ? { status: system, since: null }
    : { status: 'impaired', since };
};

const ebsSummary = (view: View, instance: Instance): Plain<InstanceStatusSummary> => {
  const { status, since } = attachedEbsOf(view, instance);
  return summary(status, since);
};

const fields = (view: View): FilterFields<Instance> => {
  const system = (it: Instance) => checksOf(it, view.now).system;
  const own = (it: Instance) => checksOf(it, view.now).instance;
  return {
    'attached-ebs-status.status': (it) => attachedEbsOf(view, it).status,
    'availability-zone': (it) => zoneNameOf(view, it.zoneId),
    'availability-zone-id': (it) => it.zoneId,
    'event.code': () => undefined,
    'event.description': () => undefined,
    'event.instance-event-id': () => undefined,
    'event.not-after': () => undefined,
    'event.not-before': () => undefined,
    'instance-state-code': (it) => String(stateAnswer(it.state).Code),
    'instance-state-name': (it) => it.state,
    'instance-status.reachability': (it) => reachabilityOf(own(it)),
    'instance-status.status': own,
    'operator.managed': () => false,
    'system-status.reachability': (it) => reachabilityOf(system(it)),
    'system-status.status': system,
  };
};

/** DescribeInstanceStatus: of running instances, or of all with IncludeAllInstances. */
export const describeInstanceStatus: Operation<
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult
> = (tx, input) => {
  const ids = input.InstanceIds ?? [];
  if (ids.length > 0 && input.MaxResults !== undefined) {
    return invalidParameterCombination(
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const named = ids.length > 0 ? instancesByIds(tx, ids) : tx.list(Instances);
  if (isDomainError(named)) return named;
  const shown = named.filter(
    (instance) => input.IncludeAllInstances === true || instance.state === 'running',
  );
  const page = filteredPage(tx, shown, input, fields(tx));
  if (isDomainError(page)) return page;
  return {
    InstanceStatuses: page.items.map((instance) => answer(tx, instance)),
    NextToken: page.nextToken,
  };
};
