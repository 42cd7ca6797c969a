import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { withTemplateData } from '../ec2/launch-templates/launch-from-template.ts';
import { launchedVersion } from '../ec2/launch-templates/lookups.ts';
import type { LaunchTemplateVersion } from '../ec2/launch-templates/entities.ts';
import type { Plain } from '../operation.ts';
import type { LaunchChoice, TemplateReference } from './decisions/launch-choices.ts';
import {
  LaunchConfigurations,
  type AutoScalingGroup,
  type GroupInstance,
  type LaunchConfiguration,
} from './entities.ts';
import { configurationNotFound } from './errors.ts';
import { propagatedTags } from './member-tags.ts';

type Request = Plain<RunInstancesRequest>;

/** A launch of one instance for a group. */
export interface GroupLaunch {
  readonly request: Request;
  readonly source: GroupInstance['source'];
  /** The launch template's version; undefined for a launch configuration. */
  readonly version: LaunchTemplateVersion | undefined;
  /** What the instance counts of the desired capacity; absent: 1. */
  readonly weight?: number;
}

const base: Request = { MinCount: 1, MaxCount: 1 };

const tagSpecifications = (group: Pick<AutoScalingGroup, 'tags'>): Request['TagSpecifications'] => {
  const tags = propagatedTags(group);
  return tags.length === 0 ? undefined : [{ ResourceType: 'instance', Tags: tags }];
};

/** Puts a launch into a subnet: into its interface's place when what is launched describes one. */
const inSubnet = (request: Request, subnetId: string): Request => {
  const [first, ...others] = request.NetworkInterfaces ?? [];
  if (first === undefined) return { ...request, SubnetId: subnetId };
  return { ...request, NetworkInterfaces: [{ ...first, SubnetId: subnetId }, ...others] };
};

/** How an instance of a mixed instances policy is paid for; undefined leaves it to the template. */
const marketOf = ({ lifecycle, maxPrice }: LaunchChoice): Request['InstanceMarketOptions'] => {
  if (lifecycle === undefined) return undefined;
  return lifecycle === 'spot'
    ? { MarketType: 'spot', SpotOptions: { MaxPrice: maxPrice } }
    : { MarketType: 'on-demand' };
};

const fromTemplate = (
  view: View,
  template: TemplateReference,
  choice: LaunchChoice,
  tags: Request['TagSpecifications'],
): GroupLaunch | DomainError => {
  const version = launchedVersion(view, {
    LaunchTemplateId: template.id,
    Version: template.version,
  });
  if (isDomainError(version)) return version;
  const request = withTemplateData(version.data, {
    ...base,
    // Overrides have passed the wire as instance types of the API.
    InstanceType: choice.instanceType as Request['InstanceType'],
    ImageId: choice.imageId,
    InstanceMarketOptions: marketOf(choice),
    TagSpecifications: tags,
  });
  if (isDomainError(request)) return request;
  const used = { ...template, version: String(version.version) };
  const source = { kind: 'template' as const, template: used, createdAt: version.createdAt };
  const { weight } = choice;
  return { request, source, version, ...(weight === undefined ? {} : { weight }) };
};

/** The instance profile that a launch configuration names, by name or ARN. */
export const profileOfConfiguration = ({
  iamInstanceProfile: named,
}: Pick<LaunchConfiguration, 'iamInstanceProfile'>): Request['IamInstanceProfile'] => {
  if (named === null) return undefined;
  return named.startsWith('arn:') ? { Arn: named } : { Name: named };
};

/** The parameters of RunInstances that a launch configuration stands for. */
const fromConfiguration = (
  configuration: LaunchConfiguration,
  tags: Request['TagSpecifications'],
): GroupLaunch => {
  const { associatePublicIpAddress: publicAddress, securityGroups } = configuration;
  const names = securityGroups.filter((group) => !group.startsWith('sg-'));
  const ids = securityGroups.filter((group) => group.startsWith('sg-'));
  const network: Partial<Request> =
    publicAddress === null
      ? {
          SecurityGroupIds: ids.length === 0 ? undefined : ids,
          SecurityGroups: names.length === 0 ? undefined : names,
        }
      : {
          NetworkInterfaces: [
            { DeviceIndex: 0, AssociatePublicIpAddress: publicAddress, Groups: ids },
          ],
        };
  const request: Request = {
    ...base,
    ...network,
    ImageId: configuration.imageId,
    // What the configuration holds came through the wire, and RunInstances checks it again.
    InstanceType: configuration.instanceType as Request['InstanceType'],
    KeyName: configuration.keyName ?? undefined,
    UserData: configuration.userData ?? undefined,
    BlockDeviceMappings: configuration.blockDeviceMappings as Request['BlockDeviceMappings'],
    Monitoring: { Enabled: configuration.detailedMonitoring },
    IamInstanceProfile: profileOfConfiguration(configuration),
    EbsOptimized: configuration.ebsOptimized,
    MetadataOptions: configuration.metadataOptions ?? undefined,
    TagSpecifications: tags,
  };
  const { id: name, createdAt } = configuration;
  return { request, source: { kind: 'configuration', name, createdAt }, version: undefined };
};

/** What RunInstances is to be asked for one more instance of a group in a subnet. */
export const groupLaunch = (
  view: View,
  group: Pick<AutoScalingGroup, 'launch' | 'placementGroup' | 'tags'>,
  choice: LaunchChoice,
  subnetId: string,
): GroupLaunch | DomainError => {
  const tags = tagSpecifications(group);
  const { launch, placementGroup = '' } = group;
  const placed = (request: Request): Request =>
    inSubnet(
      placementGroup === ''
        ? request
        : { ...request, Placement: { ...request.Placement, GroupName: placementGroup } },
      subnetId,
    );
  if (launch.kind === 'configuration') {
    const configuration = view.get(LaunchConfigurations, launch.name);
    if (configuration === undefined) return configurationNotFound(launch.name);
    const made = fromConfiguration(configuration, tags);
    return { ...made, request: placed(made.request) };
  }
  const made = fromTemplate(view, choice.template ?? launch.template, choice, tags);
  return isDomainError(made) ? made : { ...made, request: placed(made.request) };
};
