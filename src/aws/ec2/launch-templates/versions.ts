import type {
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  DeleteLaunchTemplateVersionsRequest,
  DeleteLaunchTemplateVersionsResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplateVersion as Answer,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { filteredPage } from '../describe.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import { launchedImage } from '../images/launch-image.ts';
import { isoText } from '../../shared/utc-text.ts';
import {
  LaunchTemplates,
  LaunchTemplateVersions,
  versionEntityId,
  type LaunchTemplate,
  type LaunchTemplateData,
  type LaunchTemplateVersion,
} from './entities.ts';
import { templateOf, versionNumber, versionOf } from './lookups.ts';
import { checkTemplateData, createdBy, putVersion } from './templates.ts';

/** With ResolveAlias: the image that a parameter leads to, instead of its name. */
const resolved = (view: View, data: LaunchTemplateData): LaunchTemplateData => {
  const image = data.ImageId === undefined ? undefined : launchedImage(view, data.ImageId);
  return image === undefined || isDomainError(image) ? data : { ...data, ImageId: image.imageId };
};

const answer = (
  view: View,
  version: LaunchTemplateVersion,
  resolveAlias = false,
): Plain<Answer> => {
  const template = view.get(LaunchTemplates, version.templateId);
  return {
    LaunchTemplateId: version.templateId,
    LaunchTemplateName: template?.name,
    VersionNumber: version.version,
    VersionDescription: version.description ?? undefined,
    CreateTime: version.createdAt,
    CreatedBy: createdBy(view),
    DefaultVersion: version.version === template?.defaultVersion,
    LaunchTemplateData: resolveAlias ? resolved(view, version.data) : version.data,
    Operator: { Managed: false },
  };
};

/** CreateLaunchTemplateVersion: on its own, or what SourceVersion says with changes. */
export const createLaunchTemplateVersion: Operation<
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult
> = (tx, input) => {
  const template = templateOf(tx, input);
  if (isDomainError(template)) return template;
  const source =
    input.SourceVersion === undefined ? undefined : versionOf(tx, template, input.SourceVersion);
  if (isDomainError(source)) return source;
  const own = Object.entries(input.LaunchTemplateData ?? {}).filter(
    ([, value]) => value !== undefined,
  );
  // Members of one with those of the other in their place are such data again.
  const merged = { ...source?.data, ...Object.fromEntries(own) } as LaunchTemplateData;
  const data = checkTemplateData(merged);
  if (isDomainError(data)) return data;
  const next: LaunchTemplate = { ...template, latestVersion: template.latestVersion + 1 };
  const version = putVersion(tx, next, {
    version: next.latestVersion,
    description: input.VersionDescription ?? null,
    data,
  });
  return { LaunchTemplateVersion: answer(tx, version, input.ResolveAlias) };
};

/** All versions of a template, the newest first, as AWS lists them. */
const versionsOf = (view: View, template: LaunchTemplate): readonly LaunchTemplateVersion[] =>
  view.find(LaunchTemplateVersions, 'template', template.id).toReversed();

type DescribeInput = Plain<DescribeLaunchTemplateVersionsRequest>;

/** Versions of one template: those that are named, or those between two numbers. */
const ofTemplate = (
  view: View,
  template: LaunchTemplate,
  input: DescribeInput,
): readonly LaunchTemplateVersion[] | DomainError => {
  const { Versions: asked = [], MinVersion, MaxVersion } = input;
  if (asked.length > 0 && (MinVersion ?? MaxVersion) !== undefined) {
    return invalidParameterCombination(
      'The parameter Versions cannot be used with MinVersion or MaxVersion.',
    );
  }
  if (asked.length > 0) {
    const found: LaunchTemplateVersion[] = [];
    for (const text of asked) {
      const version = versionOf(view, template, text);
      if (isDomainError(version)) return version;
      if (!found.includes(version)) found.push(version);
    }
    return found;
  }
  const bound = (text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : (versionNumber(template, text) ?? otherwise);
  const [least, most] = [bound(MinVersion, 0), bound(MaxVersion, Infinity)];
  return versionsOf(view, template).filter(({ version }) => version >= least && version <= most);
};

/** Without a template: the default or the latest versions of all. */
const ofAllTemplates = (
  view: View,
  input: DescribeInput,
): readonly LaunchTemplateVersion[] | DomainError => {
  const asked = input.Versions ?? [];
  if (asked.length === 0) return missingParameter('LaunchTemplateId or LaunchTemplateName');
  if (asked.some((text) => text !== '$Latest' && text !== '$Default')) {
    return invalidParameterValue(
      "The versions of all launch templates can be described with '$Latest' and '$Default' only.",
    );
  }
  return view.list(LaunchTemplates).flatMap((template) => {
    const numbers = new Set(asked.map((text) => versionNumber(template, text)));
    return versionsOf(view, template).filter(({ version }) => numbers.has(version));
  });
};

const fields = (view: View): FilterFields<LaunchTemplateVersion> => ({
  'create-time': (it) => isoText(it.createdAt),
  'ebs-optimized': (it) => it.data.EbsOptimized ?? false,
  'http-endpoint': (it) => it.data.MetadataOptions?.HttpEndpoint,
  'http-protocol-ipv4': (it) => it.data.MetadataOptions?.HttpEndpoint,
  'http-tokens': (it) => it.data.MetadataOptions?.HttpTokens,
  'iam-instance-profile': (it) =>
    it.data.IamInstanceProfile?.Arn ?? it.data.IamInstanceProfile?.Name,
  'image-id': (it) => it.data.ImageId,
  'instance-type': (it) => it.data.InstanceType,
  'is-default-version': (it) =>
    it.version === view.get(LaunchTemplates, it.templateId)?.defaultVersion,
  'kernel-id': (it) => it.data.KernelId,
  'ram-disk-id': (it) => it.data.RamDiskId,
});

/** DescribeLaunchTemplateVersions: of one template, the newest first, or the latest or default ones of all. */
export const describeLaunchTemplateVersions: Operation<
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult
> = (tx, input) => {
  const isOne = (input.LaunchTemplateId ?? input.LaunchTemplateName) !== undefined;
  const template = isOne ? templateOf(tx, input) : undefined;
  if (isDomainError(template)) return template;
  const versions =
    template === undefined ? ofAllTemplates(tx, input) : ofTemplate(tx, template, input);
  if (isDomainError(versions)) return versions;
  const page = filteredPage(tx, versions, input, fields(tx));
  if (isDomainError(page)) return page;
  return {
    LaunchTemplateVersions: page.items.map((version) => answer(tx, version, input.ResolveAlias)),
    NextToken: page.nextToken,
  };
};

/** DeleteLaunchTemplateVersions: each for itself; the default version and those that are not there are refused. */
export const deleteLaunchTemplateVersions: Operation<
  DeleteLaunchTemplateVersionsRequest,
  DeleteLaunchTemplateVersionsResult
> = (tx, input) => {
  const template = templateOf(tx, input);
  if (isDomainError(template)) return template;
  type Answered = Plain<DeleteLaunchTemplateVersionsResult>;
  const done: NonNullable<Answered['SuccessfullyDeletedLaunchTemplateVersions']>[number][] = [];
  const refused: NonNullable<Answered['UnsuccessfullyDeletedLaunchTemplateVersions']>[number][] =
    [];
  for (const text of input.Versions ?? []) {
    // The API names versions to delete by their numbers alone.
    const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
    const named = {
      LaunchTemplateId: template.id,
      LaunchTemplateName: template.name,
      VersionNumber: number,
    };
    const id = versionEntityId(template.id, number ?? 0);
    if (number === template.defaultVersion) {
      refused.push({
        ...named,
        ResponseError: {
          Code: 'unexpectedError',
          Message: `Cannot delete version ${number} of the launch template ${template.id}: it is the default version.`,
        },
      });
    } else if (tx.get(LaunchTemplateVersions, id) === undefined) {
      refused.push({
        ...named,
        ResponseError: {
          Code: 'launchTemplateVersionDoesNotExist',
          Message: `The launch template version ${text} does not exist.`,
        },
      });
    } else {
      tx.delete(LaunchTemplateVersions, id);
      done.push(named);
    }
  }
  return {
    SuccessfullyDeletedLaunchTemplateVersions: done,
    UnsuccessfullyDeletedLaunchTemplateVersions: refused,
  };
};
