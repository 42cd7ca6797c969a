import type {
  DescribeInstanceAttributeRequest,
  InstanceAttribute,
  ModifyInstanceAttributeRequest,
  ResetInstanceAttributeRequest,
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
import { blockDevices, primaryInterface } from './instance-answer.ts';
import {
  Instances,
  InstanceUserDatas,
  NetworkInterfaces,
  Volumes,
  type Instance,
} from './instance-entities.ts';
import { creditsOf } from './cpu-credit-defaults.ts';
import { optionsOf } from './instance-options.ts';
import { checkInstanceType, shutdownBehaviorOf } from './instance-settings.ts';
import { mustBeStopped, putOptions } from './option-changes.ts';
import { checkBandwidthWeighting, checkEnclaves } from '../launch/launch-options.ts';
import { instanceById } from './instances.ts';
import { attachmentTo, withChangedAttachment } from '../storage/attachments.ts';
import { checkGroups } from '../launch/launch-groups.ts';
import { base64OfBytes, decodeUserData } from '../launch/launch-user-data.ts';
import { groupIdentifiers } from '../network-interfaces/answer.ts';

type ModifyInput = Plain<ModifyInstanceAttributeRequest>;

/** One attribute's new value; a change answers an error or nothing, once it is made. */
type Change = (tx: Tx, instance: Instance) => DomainError | undefined;

const put = (tx: Tx, instance: Instance, changes: Partial<Instance>): undefined => {
  tx.put(Instances, { ...instance, ...changes });
};

/**
 * The options that an instance keeps as another type: its processors are those of the type again. One that can hibernate stays
 * what it is ("Considerations", "Hibernate your Amazon EC2 instance", User Guide).
 */
const optionsFor = (instance: Instance, type: string): Pick<Instance, 'options'> | DomainError => {
  const { options } = instance;
  if (options === undefined) return {};
  if (options.isHibernatable) {
    return new DomainError(
      'UnsupportedOperation',
      `The instance '${instance.id}' is enabled for hibernation; its type cannot be changed.`,
    );
  }
  const refusal =
    checkBandwidthWeighting(type, options.bandwidthWeighting) ??
    (options.hasEnclaves ? checkEnclaves(type) : undefined);
  return refusal ?? { options: { ...options, cpu: null } };
};

const toType =
  (name: string): Change =>
  (tx, instance) => {
    const refusal = mustBeStopped(instance) ?? checkInstanceType(tx, name, instance);
    if (refusal !== undefined) return refusal;
    const cpuCredits = creditsOf(tx, name, undefined);
    if (isDomainError(cpuCredits)) return cpuCredits;
    const options = optionsFor(instance, name);
    if (isDomainError(options)) return options;
    return put(tx, instance, { instanceType: name, cpuCredits, ...options });
  };

const toUserData =
  (base64: string): Change =>
  (tx, instance) => {
    const refusal = mustBeStopped(instance);
    if (refusal !== undefined) return refusal;
    const checked = decodeUserData(tx, base64);
    if (isDomainError(checked)) return checked;
    if (checked === undefined) tx.delete(InstanceUserDatas, instance.id);
    else tx.put(InstanceUserDatas, { id: instance.id, base64: checked });
    return undefined;
  };

const toGroups =
  (groupIds: readonly string[]): Change =>
  (tx, instance) => {
    const networkInterface = primaryInterface(tx, instance);
    if (networkInterface === undefined) return mustExist(instance);
    const checked = checkGroups(tx, groupIds, { id: instance.subnetId, vpcId: instance.vpcId });
    if (isDomainError(checked)) return checked;
    tx.put(NetworkInterfaces, { ...networkInterface, groupIds: checked });
    return undefined;
  };

const toSourceDestCheck =
  (sourceDestCheck: boolean): Change =>
  (tx, instance) => {
    const networkInterface = primaryInterface(tx, instance);
    if (networkInterface === undefined) return mustExist(instance);
    tx.put(NetworkInterfaces, { ...networkInterface, sourceDestCheck });
    return undefined;
  };

const mustExist = (instance: Instance): DomainError =>
  new DomainError(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is terminated and has no network interface.`,
  );

const toShutdownBehavior =
  (name: string): Change =>
  (tx, instance) => {
    const behavior = shutdownBehaviorOf(name);
    return isDomainError(behavior)
      ? behavior
      : put(tx, instance, { instanceInitiatedShutdownBehavior: behavior });
  };

const toEbsOptimized =
  (ebsOptimized: boolean): Change =>
  (tx, instance) =>
    mustBeStopped(instance) ?? put(tx, instance, { ebsOptimized });

const toBlockDevices =
  (mappings: NonNullable<ModifyInput['BlockDeviceMappings']>): Change =>
  (tx, instance) => {
    for (const { DeviceName: name = '', Ebs: ebs, NoDevice, VirtualName } of mappings) {
      if (NoDevice !== undefined || VirtualName !== undefined) {
        return notBuilt('changes of the devices of an instance beside DeleteOnTermination');
      }
      const volume = tx
        .find(Volumes, 'instance', instance.id)
        .find((candidate) => attachmentTo(candidate, instance.id)?.deviceName === name);
      const isNamed = ebs?.VolumeId === undefined || ebs.VolumeId === volume?.id;
      const attachment = volume && attachmentTo(volume, instance.id);
      if (volume === undefined || attachment === undefined || !isNamed) {
        return new DomainError(
          'InvalidInstanceAttributeValue',
          `No device is currently mapped at ${name}`,
        );
      }
      const deleteOnTermination = ebs?.DeleteOnTermination ?? attachment.deleteOnTermination;
      tx.put(Volumes, withChangedAttachment(volume, instance.id, { deleteOnTermination }));
    }
    return undefined;
  };

const flag = (value: string): boolean | DomainError =>
  value === 'true' || value === 'false'
    ? value === 'true'
    : invalidParameterValue(`Value (${value}) for parameter value is invalid. Invalid boolean.`);

const fromFlag =
  (text: string, change: (value: boolean) => Change): Change =>
  (tx, instance) => {
    const value = flag(text);
    return isDomainError(value) ? value : change(value)(tx, instance);
  };

const toTerminationProtection =
  (disableApiTermination: boolean): Change =>
  (tx, instance) =>
    put(tx, instance, { disableApiTermination });

const toStopProtection =
  (disableApiStop: boolean): Change =>
  (tx, instance) =>
    put(tx, instance, { disableApiStop });

/** ENA is how every network interface here works: only saying so is accepted. */
const toEnaSupport =
  (enaSupport: boolean): Change =>
  () =>
    enaSupport ? undefined : notBuilt('instances without enhanced networking (EnaSupport)');

/** `simple` is the only value that the API has for it. */
const toSriovNetSupport =
  (value: string): Change =>
  () =>
    value === 'simple'
      ? undefined
      : invalidParameterValue(`Value (${value}) for parameter sriovNetSupport is invalid.`);

const toEnclaves =
  (hasEnclaves: boolean): Change =>
  (tx, instance) => {
    const refusal =
      mustBeStopped(instance) ?? (hasEnclaves ? checkEnclaves(instance.instanceType) : undefined);
    if (refusal !== undefined) return refusal;
    putOptions(tx, instance, { hasEnclaves });
    return undefined;
  };

/** The old form of the request: the attribute's name, and its value as text. */
const fromNameAndValue = (name: string, value: string): Change => {
  switch (name) {
    case 'instanceType':
      return toType(value);
    case 'userData':
      return toUserData(value);
    case 'disableApiTermination':
      return fromFlag(value, toTerminationProtection);
    case 'disableApiStop':
      return fromFlag(value, toStopProtection);
    case 'instanceInitiatedShutdownBehavior':
      return toShutdownBehavior(value);
    case 'sourceDestCheck':
      return fromFlag(value, toSourceDestCheck);
    case 'ebsOptimized':
      return fromFlag(value, toEbsOptimized);
    case 'sriovNetSupport':
      return toSriovNetSupport(value);
    case 'enaSupport':
      return fromFlag(value, toEnaSupport);
    default:
      return () => notBuilt(`changes of the attribute ${name} of an instance`);
  }
};

const optional = <T>(value: T | undefined, change: (value: T) => Change): readonly Change[] =>
  value === undefined ? [] : [change(value)];

const unbuiltMembers = ['Kernel', 'Ramdisk'] as const;

/** All changes that a request asks for. */
const changesOf = (input: ModifyInput): readonly Change[] => [
  ...optional(input.Attribute, (name) => fromNameAndValue(name, input.Value ?? '')),
  ...optional(input.InstanceType?.Value, toType),
  ...optional(input.UserData?.Value, (bytes) => toUserData(base64OfBytes(bytes))),
  ...optional(input.Groups, toGroups),
  ...optional(input.SourceDestCheck?.Value, toSourceDestCheck),
  ...optional(input.DisableApiTermination?.Value, toTerminationProtection),
  ...optional(input.DisableApiStop?.Value, toStopProtection),
  ...optional(input.InstanceInitiatedShutdownBehavior?.Value, toShutdownBehavior),
  ...optional(input.EbsOptimized?.Value, toEbsOptimized),
  ...optional(input.EnaSupport?.Value, toEnaSupport),
  ...optional(input.SriovNetSupport?.Value, toSriovNetSupport),
  ...optional(input.EnclaveOptions?.Enabled, toEnclaves),
  ...(input.Attribute === undefined ? optional(input.BlockDeviceMappings, toBlockDevices) : []),
  ...unbuiltMembers
    .filter((name) => input[name] !== undefined)
    .map((name) => (): DomainError => notBuilt(`changes of the attribute ${name} of an instance`)),
];

/** ModifyInstanceAttribute: one attribute at a time, some only while the instance is stopped. */
export const modifyInstanceAttribute: Operation<
  ModifyInstanceAttributeRequest,
  Record<string, never>
> = (tx, input) => {
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  const isBlockDeviceForm = input.Attribute === 'blockDeviceMapping';
  const [change, second] = isBlockDeviceForm
    ? [toBlockDevices(input.BlockDeviceMappings ?? [])]
    : changesOf(input);
  if (change === undefined) return missingParameter('attribute');
  if (second !== undefined) {
    return invalidParameterCombination('Fields for multiple attribute types specified');
  }
  return change(tx, instance) ?? {};
};

/** What DescribeInstanceAttribute says of each attribute, by its name. */
const attributeAnswers: Readonly<
  Record<string, (view: View, instance: Instance) => Plain<InstanceAttribute>>
> = {
  instanceType: (_, it) => ({ InstanceType: { Value: it.instanceType } }),
  kernel: () => ({ KernelId: {} }),
  ramdisk: () => ({ RamdiskId: {} }),
  userData: (view, it) => {
    const base64 = view.get(InstanceUserDatas, it.id)?.base64;
    return { UserData: base64 === undefined ? {} : { Value: base64 } };
  },
  disableApiTermination: (_, it) => ({
    DisableApiTermination: { Value: it.disableApiTermination },
  }),
  disableApiStop: (_, it) => ({ DisableApiStop: { Value: it.disableApiStop } }),
  instanceInitiatedShutdownBehavior: (_, it) => ({
    InstanceInitiatedShutdownBehavior: { Value: it.instanceInitiatedShutdownBehavior },
  }),
  rootDeviceName: (_, it) => ({ RootDeviceName: { Value: it.rootDeviceName } }),
  blockDeviceMapping: (view, it) => ({ BlockDeviceMappings: blockDevices(view, it) }),
  productCodes: () => ({ ProductCodes: [] }),
  sourceDestCheck: (view, it) => ({
    SourceDestCheck: { Value: primaryInterface(view, it)?.sourceDestCheck },
  }),
  groupSet: (view, it) => ({
    Groups: groupIdentifiers(view, primaryInterface(view, it)?.groupIds ?? []),
  }),
  ebsOptimized: (_, it) => ({ EbsOptimized: { Value: it.ebsOptimized } }),
  sriovNetSupport: () => ({ SriovNetSupport: { Value: 'simple' } }),
  enaSupport: () => ({ EnaSupport: { Value: true } }),
  enclaveOptions: (_, it) => ({ EnclaveOptions: { Enabled: optionsOf(it).hasEnclaves } }),
};

/** DescribeInstanceAttribute: one attribute of one instance. */
export const describeInstanceAttribute: Operation<
  DescribeInstanceAttributeRequest,
  InstanceAttribute
> = (tx, input) => {
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  const name = input.Attribute ?? '';
  const answer = Object.hasOwn(attributeAnswers, name) ? attributeAnswers[name] : undefined;
  return answer === undefined
    ? invalidParameterValue(
        `Value (${name}) for parameter attribute is invalid. Unknown attribute.`,
      )
    : { InstanceId: instance.id, ...answer(tx, instance) };
};

/** ResetInstanceAttribute: of the attributes that can be reset, the instances here have sourceDestCheck only. */
export const resetInstanceAttribute: Operation<
  ResetInstanceAttributeRequest,
  Record<string, never>
> = (tx, input) => {
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  return input.Attribute === 'sourceDestCheck'
    ? (toSourceDestCheck(true)(tx, instance) ?? {})
    : notBuilt(`a reset of the attribute ${input.Attribute ?? ''} of an instance`);
};
