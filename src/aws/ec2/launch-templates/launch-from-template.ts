import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { addTags } from '../../shared/tags.ts';
import { notBuilt } from '../errors.ts';
import type { LaunchTemplateData, LaunchTemplateVersion } from './entities.ts';
import { launchedVersion } from './lookups.ts';

type Request = Plain<RunInstancesRequest>;

/** A launch with all that its template says. */
export interface CompletedLaunch {
  readonly request: Request;
  /** The template's version that was used; undefined for a launch without one. */
  readonly version: LaunchTemplateVersion | undefined;
}

type TagSpecifications = NonNullable<Request['TagSpecifications']>;

/**
 * Tags of template and request; of what the launch does not make a template may speak in vain, as at AWS. Of one key, the request's ("Launch
 * instances from a launch template", User Guide).
 */
const mergedTags = (
  template: LaunchTemplateData['TagSpecifications'],
  request: Request['TagSpecifications'],
  isSpot: boolean,
): TagSpecifications => {
  const byType = new Map<string, Map<string, string>>();
  for (const { ResourceType: type = '', Tags: tags = [] } of [
    ...(template ?? []),
    ...(request ?? []),
  ]) {
    const known = byType.get(type) ?? new Map<string, string>();
    byType.set(type, known);
    for (const { Key: key = '', Value: value = '' } of tags) known.set(key, value);
  }
  return [...byType]
    .filter(([type]) => type !== 'elastic-gpu' && (isSpot || type !== 'spot-instances-request'))
    .map(([type, tags]) => ({
      // What a template or a request has passed through the wire is one of the API's types.
      ResourceType: type as NonNullable<TagSpecifications[number]['ResourceType']>,
      Tags: Array.from(tags, ([Key, Value]) => ({ Key, Value })),
    }));
};

type Mappings = NonNullable<Request['BlockDeviceMappings']>;

/** The template's devices with those of the request in their place, and the request's others. */
const mergedDevices = (
  template: LaunchTemplateData['BlockDeviceMappings'] = [],
  request: Request['BlockDeviceMappings'] = [],
): Mappings => {
  const asked = new Set(request.map((mapping) => mapping.DeviceName));
  return [...template.filter((mapping) => !asked.has(mapping.DeviceName)), ...request];
};

/** Members of a request that are there; an absent one must not hide what the template says. */
const given = (request: Request): Request =>
  // Leaving out what is undefined keeps the type.
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as Request;

const ownOfTemplates: ReadonlySet<string> = new Set([
  'BlockDeviceMappings',
  'ElasticGpuSpecifications',
  // Whoever launches has chosen a type by them.
  'InstanceRequirements',
  'RamDiskId',
  'TagSpecifications',
]);

/** A template's data as parameters of RunInstances, without those that are merged one by one. */
const asParameters = (data: LaunchTemplateData): Partial<Request> => {
  const shared = Object.entries(data).filter(
    ([name, value]) => value !== undefined && !ownOfTemplates.has(name),
  );
  return {
    // Beside those left out above, templates and RunInstances have the same names and shapes.
    ...(Object.fromEntries(shared) as Partial<Request>),
    ...(data.RamDiskId === undefined ? {} : { RamdiskId: data.RamDiskId }),
    ...(data.ElasticGpuSpecifications === undefined
      ? {}
      : { ElasticGpuSpecification: data.ElasticGpuSpecifications }),
  };
};

/** The request with what the data says wherever it is silent itself. */
export const withTemplateData = (
  data: LaunchTemplateData,
  request: Request,
): Request | DomainError => {
  if (data.InstanceRequirements !== undefined && request.InstanceType === undefined) {
    return notBuilt(
      'launches of a type chosen by attributes (InstanceRequirements) beside fleets and Auto Scaling groups',
    );
  }
  const own = given(request);
  const parameters = asParameters(data);
  // Groups by name and groups by id are one parameter to whoever overrides it.
  const overridesGroups = own.SecurityGroupIds !== undefined || own.SecurityGroups !== undefined;
  const { SecurityGroupIds, SecurityGroups, ...others } = parameters;
  return {
    ...others,
    ...(overridesGroups ? {} : { SecurityGroupIds, SecurityGroups }),
    ...own,
    MinCount: request.MinCount,
    MaxCount: request.MaxCount,
    BlockDeviceMappings: mergedDevices(data.BlockDeviceMappings, request.BlockDeviceMappings),
    TagSpecifications: mergedTags(
      data.TagSpecifications,
      request.TagSpecifications,
      (own.InstanceMarketOptions ?? data.InstanceMarketOptions)?.MarketType === 'spot',
    ),
    LaunchTemplate: undefined,
  };
};

/**
 * Completes a RunInstances request by the launch template that it names: what the request says itself overrides the
 * template ("Launch instances from a launch template", Amazon EC2 User Guide). Without one it comes back as it is.
 */
export const withLaunchTemplate = (view: View, request: Request): CompletedLaunch | DomainError => {
  if (request.LaunchTemplate === undefined) return { request, version: undefined };
  const version = launchedVersion(view, request.LaunchTemplate);
  if (isDomainError(version)) return version;
  const completed = withTemplateData(version.data, request);
  return isDomainError(completed) ? completed : { request: completed, version };
};

/** Instances carry where they come from in tags of AWS's own. */
export const tagWithTemplate = (
  tx: Tx,
  instanceId: string,
  version: LaunchTemplateVersion | undefined,
): DomainError | undefined =>
  version === undefined
    ? undefined
    : addTags(tx, instanceId, 'instance', [
        { Key: 'aws:ec2launchtemplate:id', Value: version.templateId },
        { Key: 'aws:ec2launchtemplate:version', Value: String(version.version) },
      ]);
