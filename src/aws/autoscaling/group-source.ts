import type {
  CreateAutoScalingGroupType,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { LaunchTemplates } from '../ec2/launch-templates/entities.ts';
import { checkRequirements } from '../ec2/instances/instance-requirements.ts';
import { readMaxPrice } from '../ec2/spot/market-options.ts';
import { templateOf, versionOf } from '../ec2/launch-templates/lookups.ts';
import type { Plain } from '../operation.ts';
import type { LaunchOverride, TemplateReference } from './decisions/launch-choices.ts';
import { LaunchConfigurations, type LaunchSource } from './entities.ts';
import { configurationNotFound, notBuilt, validation } from './errors.ts';

type Input = Plain<CreateAutoScalingGroupType>;
type Specification = NonNullable<Input['LaunchTemplate']>;
type Mixed = Plain<MixedInstancesPolicy>;

/** How Auto Scaling repeats what EC2 says of a launch that cannot be. */
export const notFullyFormed = (error: DomainError): DomainError =>
  validation(`You must use a valid fully-formed launch template. ${error.message}`);

/** A launch template that a request names, by both its id and its name. */
const templateReference = (
  view: View,
  asked: Specification | undefined,
): TemplateReference | DomainError => {
  const named = asked ?? {};
  const { LaunchTemplateId: id, LaunchTemplateName: name } = named;
  if ((id === undefined) === (name === undefined)) {
    return validation('Valid requests must contain either launchTemplateId or LaunchTemplateName');
  }
  const template = templateOf(view, named);
  if (isDomainError(template)) return notFullyFormed(template);
  const version = versionOf(view, template, named.Version);
  if (isDomainError(version)) return notFullyFormed(version);
  return { id: template.id, name: template.name, version: named.Version ?? '$Default' };
};

/** What a policy keeps of attributes was read from one. */
type AskedRequirements = OverrideInput['InstanceRequirements'];

type OverrideInput = NonNullable<NonNullable<Mixed['LaunchTemplate']>['Overrides']>[number];

/** "Value must be in the range of 1-999" (LaunchTemplateOverrides, API Reference). */
const readWeight = (text: string | undefined): number | undefined | DomainError => {
  if (text === undefined || text === '') return undefined;
  return /^[1-9]\d{0,2}$/.test(text)
    ? Number(text)
    : validation(`Invalid WeightedCapacity ${text}. It must be a whole number from 1 to 999.`);
};

const readOverride = (view: View, input: OverrideInput): LaunchOverride | DomainError => {
  const weight = readWeight(input.WeightedCapacity);
  if (isDomainError(weight)) return weight;
  const { InstanceRequirements: requirements } = input;
  const refusal = requirements === undefined ? undefined : checkAttributes(input, requirements);
  if (refusal !== undefined) return refusal;
  const template =
    input.LaunchTemplateSpecification === undefined
      ? undefined
      : templateReference(view, input.LaunchTemplateSpecification);
  if (isDomainError(template)) return template;
  return {
    ...(input.InstanceType === undefined ? {} : { instanceType: input.InstanceType }),
    ...(input.ImageId === undefined ? {} : { imageId: input.ImageId }),
    ...(template === undefined ? {} : { template }),
    ...(requirements === undefined ? {} : { requirements }),
    ...(weight === undefined ? {} : { weight }),
  };
};

const checkAttributes = (
  input: OverrideInput,
  requirements: NonNullable<OverrideInput['InstanceRequirements']>,
): DomainError | undefined => {
  if (input.InstanceType !== undefined) {
    return validation('InstanceType and InstanceRequirements cannot be specified together.');
  }
  const refusal = checkRequirements(requirements);
  return refusal === undefined ? undefined : validation(refusal.message);
};

const defaultDistribution = {
  OnDemandAllocationStrategy: 'prioritized',
  OnDemandBaseCapacity: 0,
  OnDemandPercentageAboveBaseCapacity: 100,
  SpotAllocationStrategy: 'lowest-price',
} as const;

type Distribution = Extract<LaunchSource, { kind: 'mixed' }>['distribution'];

/** The strategies that there are ("InstancesDistribution", API Reference). */
const strategies: Readonly<Record<string, readonly string[]>> = {
  OnDemandAllocationStrategy: ['prioritized', 'lowest-price'],
  SpotAllocationStrategy: [
    'lowest-price',
    'capacity-optimized',
    'capacity-optimized-prioritized',
    'price-capacity-optimized',
  ],
};

/** Bounds of its numbers (API Reference). */
const bounds: Readonly<Record<string, readonly [least: number, most: number]>> = {
  OnDemandBaseCapacity: [0, Infinity],
  OnDemandPercentageAboveBaseCapacity: [0, 100],
  SpotInstancePools: [1, 20],
};

const checkDistribution = (distribution: Distribution): DomainError | undefined => {
  for (const [name, known] of Object.entries(strategies)) {
    const strategy = distribution[name];
    if (!known.some((one) => one === strategy)) {
      return validation(`Invalid ${name} ${strategy}. Valid values are ${known.join(', ')}.`);
    }
  }
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = distribution[name];
    if (typeof value === 'number' && (value < least || value > most)) {
      return validation(`The ${name} must be from ${least} to ${most}, not ${value}.`);
    }
  }
  const isLowestPrice = distribution['SpotAllocationStrategy'] === 'lowest-price';
  if (distribution['SpotInstancePools'] !== undefined && !isLowestPrice) {
    return validation(
      'SpotInstancePools option is only available with the lowest-price allocation strategy.',
    );
  }
  const price = readMaxPrice(String(distribution['SpotMaxPrice'] ?? ''));
  return isDomainError(price) ? validation(price.message) : undefined;
};

const readDistribution = (
  asked: Mixed['InstancesDistribution'],
  overrides: readonly LaunchOverride[],
): Distribution | DomainError => {
  const given = Object.fromEntries(
    Object.entries(asked ?? {}).filter(
      (entry): entry is [string, string | number] => entry[1] !== undefined,
    ),
  );
  // Types by attributes have no order: the cheapest is wanted first (API Reference).
  const usual = overrides.some(({ requirements }) => requirements !== undefined)
    ? { ...defaultDistribution, OnDemandAllocationStrategy: 'lowest-price' }
    : defaultDistribution;
  const distribution: Distribution = { ...usual, ...given };
  return checkDistribution(distribution) ?? distribution;
};

const readMixed = (view: View, policy: Mixed): LaunchSource | DomainError => {
  const template = templateReference(view, policy.LaunchTemplate?.LaunchTemplateSpecification);
  if (isDomainError(template)) return template;
  const overrides: LaunchOverride[] = [];
  for (const input of policy.LaunchTemplate?.Overrides ?? []) {
    const override = readOverride(view, input);
    if (isDomainError(override)) return override;
    overrides.push(override);
  }
  const weighted = overrides.filter(({ weight }) => weight !== undefined).length;
  if (weighted > 0 && weighted < overrides.length) {
    return validation(
      'You must specify a weight for all instance types of the group, or for none of them.',
    );
  }
  const distribution = readDistribution(policy.InstancesDistribution, overrides);
  if (isDomainError(distribution)) return distribution;
  return { kind: 'mixed', template, overrides, distribution };
};

/**
 * What a request says a group is to launch; undefined when it says nothing. Errors: ValidationError when it names several
 * things or one that is not there.
 */
export const readLaunchSource = (
  view: View,
  input: Pick<
    Input,
    'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy' | 'InstanceId'
  >,
): LaunchSource | undefined | DomainError => {
  const { LaunchConfigurationName: name, LaunchTemplate, MixedInstancesPolicy } = input;
  if (input.InstanceId !== undefined) return notBuilt('groups made like an instance (InstanceId)');
  const given = [name, LaunchTemplate, MixedInstancesPolicy].filter((one) => one !== undefined);
  if (given.length === 0) return undefined;
  if (given.length > 1) {
    return validation(
      'Valid requests must contain either launchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  }
  if (MixedInstancesPolicy !== undefined) return readMixed(view, MixedInstancesPolicy);
  if (name !== undefined) {
    return view.get(LaunchConfigurations, name) === undefined
      ? configurationNotFound(name)
      : { kind: 'configuration', name };
  }
  const template = templateReference(view, LaunchTemplate);
  return isDomainError(template) ? template : { kind: 'template', template };
};

const specification = (view: View, template: TemplateReference): Specification => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: view.get(LaunchTemplates, template.id)?.name ?? template.name,
  Version: template.version,
});

/** What a group launches, as DescribeAutoScalingGroups tells it. */
export const sourceAnswer = (
  view: View,
  launch: LaunchSource,
): Pick<Input, 'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy'> => {
  switch (launch.kind) {
    case 'configuration':
      return { LaunchConfigurationName: launch.name };
    case 'template':
      return { LaunchTemplate: specification(view, launch.template) };
    case 'mixed':
      return {
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: specification(view, launch.template),
            Overrides: launch.overrides.map(
              ({ instanceType, imageId, template, requirements, weight }) => ({
                InstanceType: instanceType,
                ImageId: imageId,
                WeightedCapacity: weight === undefined ? undefined : String(weight),
                InstanceRequirements: requirements as AskedRequirements,
                LaunchTemplateSpecification:
                  template === undefined ? undefined : specification(view, template),
              }),
            ),
          },
          InstancesDistribution: launch.distribution,
        },
      };
  }
};
