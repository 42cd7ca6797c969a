import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  LaunchTemplate as Answer,
  ModifyLaunchTemplateRequest,
  ModifyLaunchTemplateResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, forgetTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { filteredPage } from '../describe.ts';
import { missingParameter } from '../errors.ts';
import { bytesOfBase64 } from '../launch/launch-user-data.ts';
import { isoText, wholeSecond } from '../../shared/utc-text.ts';
import {
  LaunchTemplates,
  LaunchTemplateVersions,
  versionEntityId,
  type LaunchTemplate,
  type LaunchTemplateData,
  type LaunchTemplateVersion,
} from './entities.ts';
import { templateById, templateByName, templateOf, versionOf } from './lookups.ts';

/** Who made it: everybody here is the account's root user. */
export const createdBy = (view: View): string => `arn:aws:iam::${view.account}:root`;

const templateAnswer = (view: View, template: LaunchTemplate): Plain<Answer> => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  CreateTime: template.createdAt,
  CreatedBy: createdBy(view),
  DefaultVersionNumber: template.defaultVersion,
  LatestVersionNumber: template.latestVersion,
  Tags: tagsOf(view, template.id),
  Operator: { Managed: false },
});

/** Checks what a version is to say; most of it is looked at when something is launched from it, as at AWS. */
export const checkTemplateData = (
  data: LaunchTemplateData | undefined,
): LaunchTemplateData | DomainError => {
  if (data === undefined || Object.values(data).every((value) => value === undefined)) {
    return missingParameter('LaunchTemplateData');
  }
  return data.UserData === undefined || bytesOfBase64(data.UserData) !== undefined
    ? data
    : new DomainError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
};

/** Writes the template's next version. */
export const putVersion = (
  tx: Tx,
  template: LaunchTemplate,
  made: Pick<LaunchTemplateVersion, 'version' | 'description' | 'data'>,
): LaunchTemplateVersion => {
  const version: LaunchTemplateVersion = {
    id: versionEntityId(template.id, made.version),
    templateId: template.id,
    createdAt: wholeSecond(tx.now),
    ...made,
  };
  tx.put(LaunchTemplateVersions, version);
  tx.put(LaunchTemplates, template);
  return version;
};

/** "CreateLaunchTemplate" and "Error codes", Amazon EC2 API Reference. */
const nameForm = /^[\w().\-/]{3,128}$/;

const malformedName = (): DomainError =>
  new DomainError(
    'InvalidLaunchTemplateName.MalformedException',
    "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: '-', '_', '.', '/', '(', and ')'.",
  );

/** CreateLaunchTemplate: the template with its version 1, which is the default one. */
export const createLaunchTemplate: Operation<
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult
> = (tx, input) => {
  const name = input.LaunchTemplateName ?? '';
  if (!nameForm.test(name)) return malformedName();
  if (tx.find(LaunchTemplates, 'name', name).length > 0) {
    return new DomainError(
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'Launch template name already in use.',
    );
  }
  const data = checkTemplateData(input.LaunchTemplateData);
  if (isDomainError(data)) return data;
  const tags = tagsForType(input.TagSpecifications, 'launch-template');
  if (isDomainError(tags)) return tags;
  const template: LaunchTemplate = {
    id: newResourceId(tx, 'lt'),
    name,
    createdAt: wholeSecond(tx.now),
    defaultVersion: 1,
    latestVersion: 1,
  };
  putVersion(tx, template, { version: 1, description: input.VersionDescription ?? null, data });
  const untagged = addTags(tx, template.id, 'launch-template', tags);
  return untagged ?? { LaunchTemplate: templateAnswer(tx, template) };
};

/** Several templates by their names: AWS says of all of them that one is missing. */
const byNames = (view: View, names: readonly string[]): readonly LaunchTemplate[] | DomainError => {
  const found: LaunchTemplate[] = [];
  for (const name of new Set(names)) {
    const template = templateByName(view, name);
    if (isDomainError(template)) {
      return new DomainError(
        template.code,
        'At least one of the launch templates specified in the request does not exist.',
      );
    }
    found.push(template);
  }
  return found;
};

const byIds = (view: View, ids: readonly string[]): readonly LaunchTemplate[] | DomainError => {
  const found: LaunchTemplate[] = [];
  for (const id of new Set(ids)) {
    const template = templateById(view, id);
    if (isDomainError(template)) return template;
    found.push(template);
  }
  return found;
};

/** DescribeLaunchTemplates: by ids, by names, or all; filters by name, time of creation and tags. */
export const describeLaunchTemplates: Operation<
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult
> = (tx, input) => {
  const { LaunchTemplateIds: ids = [], LaunchTemplateNames: names = [] } = input;
  const named = byNames(tx, names);
  if (isDomainError(named)) return named;
  const identified = byIds(tx, ids);
  if (isDomainError(identified)) return identified;
  const isAll = ids.length + names.length === 0;
  const templates = isAll ? tx.list(LaunchTemplates) : [...new Set([...identified, ...named])];
  const page = filteredPage(tx, templates, input, {
    'create-time': (template) => isoText(template.createdAt),
    'launch-template-name': (template) => template.name,
  });
  if (isDomainError(page)) return page;
  return {
    LaunchTemplates: page.items.map((template) => templateAnswer(tx, template)),
    NextToken: page.nextToken,
  };
};

/** ModifyLaunchTemplate: which version is the default one. */
export const modifyLaunchTemplate: Operation<
  ModifyLaunchTemplateRequest,
  ModifyLaunchTemplateResult
> = (tx, input) => {
  const template = templateOf(tx, input);
  if (isDomainError(template)) return template;
  if (input.DefaultVersion === undefined) return missingParameter('SetDefaultVersion');
  const version = versionOf(tx, template, input.DefaultVersion);
  if (isDomainError(version)) return version;
  const modified: LaunchTemplate = { ...template, defaultVersion: version.version };
  tx.put(LaunchTemplates, modified);
  return { LaunchTemplate: templateAnswer(tx, modified) };
};

/** DeleteLaunchTemplate: with all its versions. What was launched from it stays. */
export const deleteLaunchTemplate: Operation<
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult
> = (tx, input) => {
  const template = templateOf(tx, input);
  if (isDomainError(template)) return template;
  const answer = templateAnswer(tx, template);
  for (const version of tx.find(LaunchTemplateVersions, 'template', template.id)) {
    tx.delete(LaunchTemplateVersions, version.id);
  }
  tx.delete(LaunchTemplates, template.id);
  forgetTags(tx, template.id);
  return { LaunchTemplate: answer };
};
