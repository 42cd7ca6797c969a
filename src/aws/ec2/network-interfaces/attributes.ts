import type {
  DescribeNetworkInterfaceAttributeRequest,
  DescribeNetworkInterfaceAttributeResult,
  ModifyNetworkInterfaceAttributeRequest,
  ResetNetworkInterfaceAttributeRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { dropPublicAddress, renewWhileRunning } from '../addresses/associations.ts';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import { checkGroups } from '../launch/launch-groups.ts';
import { attachmentAnswer, groupIdentifiers } from './answer.ts';
import { checkUnmanaged, interfaceById } from './life.ts';

type Answer = Plain<DescribeNetworkInterfaceAttributeResult>;
type ModifyInput = Plain<ModifyNetworkInterfaceAttributeRequest>;

/** What DescribeNetworkInterfaceAttribute says of each attribute, by its name. */
const attributeAnswers: Readonly<Record<string, (view: View, it: NetworkInterface) => Answer>> = {
  description: (_, it) => ({ Description: { Value: it.description } }),
  groupSet: (view, it) => ({ Groups: groupIdentifiers(view, it.groupIds) }),
  sourceDestCheck: (_, it) => ({ SourceDestCheck: { Value: it.sourceDestCheck } }),
  attachment: (view, it) => ({ Attachment: attachmentAnswer(view, it) }),
  associatePublicIpAddress: (_, it) => ({ AssociatePublicIpAddress: it.autoAssignPublicIp }),
};

/** DescribeNetworkInterfaceAttribute: one attribute of one interface. */
export const describeNetworkInterfaceAttribute: Operation<
  DescribeNetworkInterfaceAttributeRequest,
  DescribeNetworkInterfaceAttributeResult
> = (tx, input) => {
  const networkInterface = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(networkInterface)) return networkInterface;
  const name = input.Attribute ?? '';
  if (name === '') return missingParameter('attribute');
  const answer = Object.hasOwn(attributeAnswers, name) ? attributeAnswers[name] : undefined;
  return answer === undefined
    ? invalidParameterValue(
        `Value (${name}) for parameter attribute is invalid. Unknown network interface attribute.`,
      )
    : { NetworkInterfaceId: networkInterface.id, ...answer(tx, networkInterface) };
};

/** One attribute's new value; a change answers an error or nothing, once it is made. */
type Change = (tx: Tx, networkInterface: NetworkInterface) => DomainError | undefined;

const put = (tx: Tx, it: NetworkInterface, changes: Partial<NetworkInterface>): undefined => {
  tx.put(NetworkInterfaces, { ...it, ...changes });
};

const toGroups =
  (groupIds: readonly string[]): Change =>
  (tx, it) => {
    if (groupIds.length === 0) return missingParameter('groupSet');
    const checked = checkGroups(tx, groupIds, { id: it.subnetId, vpcId: it.vpcId });
    return isDomainError(checked) ? checked : put(tx, it, { groupIds: checked });
  };

const toAttachment =
  (changes: NonNullable<ModifyInput['Attachment']>): Change =>
  (tx, it) => {
    if (changes.EnaQueueCount !== undefined || changes.DefaultEnaQueueCount !== undefined) {
      return notBuilt('queues of network interfaces (EnaQueueCount)');
    }
    if (changes.AttachmentId === undefined) return missingParameter('attachmentId');
    if (it.attachment?.attachmentId !== changes.AttachmentId) {
      return new DomainError(
        'InvalidAttachmentID.NotFound',
        `The interface attachment '${changes.AttachmentId}' does not exist.`,
      );
    }
    const { DeleteOnTermination: deleteOnTermination = it.attachment.deleteOnTermination } =
      changes;
    return put(tx, it, { attachment: { ...it.attachment, deleteOnTermination } });
  };

/** A public address is assigned at once to an interface whose instance runs, and taken away at once. */
const toPublicAddress =
  (autoAssignPublicIp: boolean): Change =>
  (tx, it) => {
    const changed: NetworkInterface = { ...it, autoAssignPublicIp };
    tx.put(NetworkInterfaces, changed);
    if (autoAssignPublicIp) renewWhileRunning(tx, changed);
    else dropPublicAddress(tx, changed);
    return undefined;
  };

const optional = <T>(value: T | undefined, change: (value: T) => Change): readonly Change[] =>
  value === undefined ? [] : [change(value)];

const unbuilt = [
  'EnaSrdSpecification',
  'EnablePrimaryIpv6',
  'ConnectionTrackingSpecification',
  'AssociatedSubnetIds',
] as const;

/** All changes that a request asks for. */
const changesOf = (input: ModifyInput): readonly Change[] => [
  ...optional(
    input.Description?.Value,
    (description): Change =>
      (tx, it) =>
        put(tx, it, { description }),
  ),
  ...optional(
    input.SourceDestCheck?.Value,
    (sourceDestCheck): Change =>
      (tx, it) =>
        put(tx, it, { sourceDestCheck }),
  ),
  ...optional(input.Groups, toGroups),
  ...optional(input.Attachment, toAttachment),
  ...optional(input.AssociatePublicIpAddress, toPublicAddress),
  ...unbuilt
    .filter((name) => input[name] !== undefined)
    .map((name) => () => notBuilt(`the parameter ${name} of ModifyNetworkInterfaceAttribute`)),
];

/** ModifyNetworkInterfaceAttribute: one attribute at a time. */
export const modifyNetworkInterfaceAttribute: Operation<
  ModifyNetworkInterfaceAttributeRequest,
  Record<string, never>
> = (tx, input) => {
  const networkInterface = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(networkInterface)) return networkInterface;
  const refusal = checkUnmanaged(networkInterface, 'modify');
  if (refusal !== undefined) return refusal;
  const [change, second] = changesOf(input);
  if (change === undefined) return missingParameter('attribute');
  if (second !== undefined) {
    return invalidParameterCombination('Fields for multiple attribute types specified');
  }
  return change(tx, networkInterface) ?? {};
};

/** ResetNetworkInterfaceAttribute: source and destination are checked, as they are on a new interface. */
export const resetNetworkInterfaceAttribute: Operation<
  ResetNetworkInterfaceAttributeRequest,
  Record<string, never>
> = (tx, input) => {
  const networkInterface = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(networkInterface)) return networkInterface;
  const refusal = checkUnmanaged(networkInterface, 'modify');
  if (refusal !== undefined) return refusal;
  if (input.SourceDestCheck === undefined) return missingParameter('sourceDestCheck');
  tx.put(NetworkInterfaces, { ...networkInterface, sourceDestCheck: true });
  return {};
};
