import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import {
  checkIdForm,
  invalidParameterCombination,
  missingParameter,
  notFound,
  type ResourceKind,
} from '../errors.ts';
import {
  LaunchTemplates,
  LaunchTemplateVersions,
  versionEntityId,
  type LaunchTemplate,
  type LaunchTemplateVersion,
} from './entities.ts';

/** How EC2 names launch templates in ids and errors. */
export const launchTemplateKind: ResourceKind = {
  type: 'launch-template',
  prefix: 'lt',
  idsParameter: 'launchTemplateIds',
  malformedCode: 'InvalidLaunchTemplateId.Malformed',
  notFoundCode: 'InvalidLaunchTemplateId.NotFound',
  notFoundMessage: (id) => `The specified launch template, with template ID ${id}, does not exist.`,
};

/** How requests name a template: by its id or by its name. */
export interface TemplateName {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

/** The template with this id. Errors: InvalidLaunchTemplateId.Malformed, InvalidLaunchTemplateId.NotFound. */
export const templateById = (view: View, id: string): LaunchTemplate | DomainError =>
  view.get(LaunchTemplates, id) ??
  checkIdForm(launchTemplateKind, id) ??
  notFound(launchTemplateKind, id);

/** The template with this name. Error: InvalidLaunchTemplateName.NotFoundException. */
export const templateByName = (view: View, name: string): LaunchTemplate | DomainError =>
  view.find(LaunchTemplates, 'name', name)[0] ??
  new DomainError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );

/** The template that a request names. Errors as above; exactly one of id and name is to be given. */
export const templateOf = (view: View, named: TemplateName): LaunchTemplate | DomainError => {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = named;
  if (id !== undefined && name !== undefined) {
    return invalidParameterCombination(
      'The launch template can be named by LaunchTemplateId or by LaunchTemplateName, not by both.',
    );
  }
  if (id !== undefined) return templateById(view, id);
  return name === undefined
    ? missingParameter('LaunchTemplateId or LaunchTemplateName')
    : templateByName(view, name);
};

const versionNotFound = (template: LaunchTemplate, version: string): DomainError =>
  new DomainError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
  );

/** The number that a version's text means: itself, `$Default` or `$Latest`; undefined when it means none. */
export const versionNumber = (template: LaunchTemplate, text: string): number | undefined => {
  if (text === '$Default') return template.defaultVersion;
  if (text === '$Latest') return template.latestVersion;
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
};

/** A version of a template; without a text, the default one. Error: InvalidLaunchTemplateId.VersionNotFound. */
export const versionOf = (
  view: View,
  template: LaunchTemplate,
  text: string | undefined,
): LaunchTemplateVersion | DomainError => {
  const asked = text === undefined || text === '' ? '$Default' : text;
  const number = versionNumber(template, asked);
  if (number === undefined) {
    return new DomainError(
      'InvalidParameterValue',
      `Invalid launch template version: '${asked}'. Specify a version number, '$Default' or '$Latest'.`,
    );
  }
  return (
    view.get(LaunchTemplateVersions, versionEntityId(template.id, number)) ??
    versionNotFound(template, asked)
  );
};

/** The version that a launch names. */
export const launchedVersion = (
  view: View,
  named: TemplateName & { readonly Version?: string | undefined },
): LaunchTemplateVersion | DomainError => {
  const template = templateOf(view, named);
  return isDomainError(template) ? template : versionOf(view, template, named.Version);
};
