import type {
  ModifyInstancePlacementRequest,
  ModifyInstancePlacementResult,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { invalidParameterCombination, missingParameter, notBuilt } from '../errors.ts';
import { Instances, type Instance } from '../instances/instance-entities.ts';
import { instanceById } from '../instances/instances.ts';
import { optionsOf } from '../instances/instance-options.ts';
import { mustBeStopped, putOptions } from '../instances/option-changes.ts';
import { placementIn, readPlacement, subnetsForGroup } from './asked-placement.ts';
import type { InstancePlacement } from './entities.ts';

type Input = Plain<ModifyInstancePlacementRequest>;

const unbuilt = ['Affinity', 'HostId', 'HostResourceGroupArn'] as const;

/** Of no group when it is named by nothing; as it was when nothing is said of it. */
const changedPlacement = (
  view: View,
  instance: Instance,
  { GroupName, GroupId, PartitionNumber }: Input,
): InstancePlacement | undefined | DomainError => {
  if (GroupName === undefined && GroupId === undefined && PartitionNumber === undefined) {
    return instance.placement;
  }
  const named =
    GroupName === undefined && GroupId === undefined
      ? { GroupId: instance.placement?.groupId }
      : { GroupName, GroupId };
  const asked = readPlacement(view, { ...named, PartitionNumber }, instance.instanceType);
  if (isDomainError(asked)) return asked;
  if (asked === null) return undefined;
  const places = subnetsForGroup(view, asked, [instance]);
  return isDomainError(places) ? places : placementIn(view, asked, instance.zoneId);
};

/** ModifyInstancePlacement: the placement group, the partition and the tenancy of an instance that is stopped. */
export const modifyInstancePlacement: Operation<
  ModifyInstancePlacementRequest,
  ModifyInstancePlacementResult
> = (tx, input) => {
  const found = instanceById(tx, input.InstanceId);
  if (isDomainError(found)) return found;
  const name = unbuilt.find((one) => input[one] !== undefined);
  if (name !== undefined || input.Tenancy === 'host') {
    return notBuilt(`Dedicated Hosts (${name ?? "the tenancy 'host'"})`);
  }
  if (['GroupName', 'GroupId', 'PartitionNumber', 'Tenancy'].every((one) => !(one in input))) {
    return missingParameter('GroupName, PartitionNumber or Tenancy');
  }
  const refusal = mustBeStopped(found);
  if (refusal !== undefined) return refusal;
  const placement = changedPlacement(tx, found, input);
  if (isDomainError(placement)) return placement;
  const tenancy = input.Tenancy ?? optionsOf(found).tenancy;
  if (placement?.strategy === 'spread' && tenancy === 'dedicated') {
    return invalidParameterCombination(
      "Instances of a spread placement group must have the tenancy 'default'.",
    );
  }
  const { placement: _, ...rest } = found;
  const instance: Instance = placement === undefined ? rest : { ...rest, placement };
  if (tenancy === optionsOf(found).tenancy) tx.put(Instances, instance);
  else putOptions(tx, instance, { tenancy });
  return { Return: true };
};
