import type {
  DeregisterTargetsInput,
  DeregisterTargetsOutput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  RegisterTargetsInput,
  RegisterTargetsOutput,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import type { ReportedHealth } from './aggregate-health.ts';
import { quotaIn } from './arns.ts';
import { attributeValue, targetGroupAttributeRules } from './attributes.ts';
import {
  targetEntityId,
  TargetHealthReports,
  Targets,
  type Target,
  type TargetGroup,
} from './entities.ts';
import { tooMany, validation } from './errors.ts';
import { existingTargetGroup } from './lookups.ts';
import {
  drainTimerId,
  isInUse,
  removeTarget,
  targetDrainedKind,
  targetsOf,
} from './registered-targets.ts';
import { notRegistered, reportedHealth } from './reported-health.ts';
import { targetPlacement, type TargetInput } from './target-placement.ts';

const portError = (port: number): DomainError | undefined =>
  port >= 1 && port <= 65_535
    ? undefined
    : validation(`Port '${port}' must be between '1' and '65535' (inclusive)`);

const register = (tx: Tx, group: TargetGroup, input: TargetInput): DomainError | undefined => {
  const port = input.Port ?? group.port;
  const placement = portError(port) ?? targetPlacement(tx, group, input);
  if (isDomainError(placement)) return placement;
  const targetId = input.Id ?? '';
  const id = targetEntityId(group.id, targetId, port);
  const known = tx.get(Targets, id);
  if (known !== undefined && known.drainingUntil === null) return undefined;
  tx.cancelTimer(drainTimerId(id));
  tx.delete(TargetHealthReports, id);
  tx.put(Targets, {
    id,
    targetGroupArn: group.id,
    targetId,
    port,
    zoneId: placement.zoneId,
    registeredAt: tx.now,
    drainingUntil: null,
  });
  return undefined;
};

/** Registers targets with a group; all of them or, when one is refused, none. One that is draining begins anew. */
export const registerTargets: Operation<RegisterTargetsInput, RegisterTargetsOutput> = (
  tx,
  input,
) => {
  const group = existingTargetGroup(tx, input.TargetGroupArn);
  if (isDomainError(group)) return group;
  for (const target of input.Targets ?? []) {
    const refused = register(tx, group, target);
    if (refused !== undefined) return refused;
  }
  return targetsOf(tx, group.id).length > quotaIn(tx, 'targetsPerTargetGroup')
    ? tooMany('Targets', quotaIn(tx, 'targetsPerTargetGroup'))
    : {};
};

/**
 * The registration that a request names. Without a port it is the one at the group's own: "If you specified a port override
 * when you registered a target, you must specify both the target ID and the port when you deregister it"
 * (DeregisterTargets, Elastic Load Balancing API Reference).
 */
const named = (tx: Tx, group: TargetGroup, input: TargetInput): readonly Target[] => {
  const port = input.Port ?? group.port;
  return targetsOf(tx, group.id).filter(
    (target) => target.targetId === input.Id && target.port === port,
  );
};

/**
 * Deregisters targets. While a load balancer uses the group they drain for the deregistration delay: they get
 * nothing new and may finish what they have. A target that is not registered is no error.
 */
export const deregisterTargets: Operation<DeregisterTargetsInput, DeregisterTargetsOutput> = (
  tx,
  input,
) => {
  const group = existingTargetGroup(tx, input.TargetGroupArn);
  if (isDomainError(group)) return group;
  const delaySeconds = Number(
    attributeValue(targetGroupAttributeRules, group, 'deregistration_delay.timeout_seconds'),
  );
  for (const target of (input.Targets ?? []).flatMap((one) => named(tx, group, one))) {
    if (target.drainingUntil !== null) continue;
    if (delaySeconds === 0 || !isInUse(tx, group.id)) {
      removeTarget(tx, target.id);
      continue;
    }
    const drainingUntil = tx.now + delaySeconds * 1000;
    tx.put(Targets, { ...target, drainingUntil });
    tx.setTimer({
      id: drainTimerId(target.id),
      at: drainingUntil,
      kind: targetDrainedKind,
      payload: target.id,
    });
  }
  return {};
};

const healthAnswer = (
  group: TargetGroup,
  target: { readonly targetId: string; readonly port: number; readonly zoneId?: string | null },
  health: ReportedHealth,
): Plain<TargetHealthDescription> => ({
  Target: {
    Id: target.targetId,
    Port: target.port,
    // AWS tells the zone only of addresses outside the VPC.
    ...(target.zoneId === null ? { AvailabilityZone: 'all' } : {}),
  },
  HealthCheckPort: String(group.healthCheck.port ?? target.port),
  TargetHealth: {
    State: health.state,
    ...(health.reason === undefined ? {} : { Reason: health.reason }),
    ...(health.description === undefined ? {} : { Description: health.description }),
  },
});

/** The health of the targets that are named, or of all. One that is not registered is `unused`. */
export const describeTargetHealth: Operation<
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput
> = (tx, input) => {
  const group = existingTargetGroup(tx, input.TargetGroupArn);
  if (isDomainError(group)) return group;
  const asked = input.Targets ?? [];
  if (asked.length === 0) {
    return {
      TargetHealthDescriptions: targetsOf(tx, group.id).map((target) =>
        healthAnswer(group, target, reportedHealth(tx, target)),
      ),
    };
  }
  return {
    TargetHealthDescriptions: asked.flatMap((one) => {
      const found = named(tx, group, one);
      if (found.length > 0) {
        return found.map((target) => healthAnswer(group, target, reportedHealth(tx, target)));
      }
      const absent = { targetId: one.Id ?? '', port: one.Port ?? group.port };
      return [healthAnswer(group, absent, notRegistered)];
    }),
  };
};
