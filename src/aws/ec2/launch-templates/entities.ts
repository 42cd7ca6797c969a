import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { defineTable, type Entity } from '../../../world/entity.ts';
import type { Plain } from '../../operation.ts';

/** What a version of a launch template says of a launch, as it was given. */
export type LaunchTemplateData = Plain<RequestLaunchTemplateData>;

/** A launch template: a name for versions of how to launch. */
export interface LaunchTemplate extends Entity {
  readonly name: string;
  /** World time. */
  readonly createdAt: number;
  readonly defaultVersion: number;
  /** Versions are numbered from 1; a number is never used again. */
  readonly latestVersion: number;
}

export const LaunchTemplates = defineTable<LaunchTemplate>('ec2-launch-templates', {
  name: (template) => template.name,
});

/** One version; it never changes. */
export interface LaunchTemplateVersion extends Entity {
  readonly templateId: string;
  readonly version: number;
  readonly description: string | null;
  readonly createdAt: number;
  readonly data: LaunchTemplateData;
}

export const LaunchTemplateVersions = defineTable<LaunchTemplateVersion>(
  'ec2-launch-template-versions',
  { template: (version) => version.templateId },
);

/** The id of a version within its shard and account. */
export const versionEntityId = (templateId: string, version: number): string =>
  `${templateId}/${version}`;
