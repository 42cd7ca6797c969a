import { isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { launchedVersion } from '../../ec2/launch-templates/lookups.ts';
import type { GroupInstance, LaunchSource } from '../entities.ts';
import { typesOfOverride } from '../launch-pools.ts';

/**
 * Whether an instance is what a group launches now, or would under a refresh: the same version of the same launch template,
 * of a type that is wanted, or the same launch configuration ("Use an instance refresh with skip matching", User Guide).
 */
export const matches = (view: View, launch: LaunchSource, member: GroupInstance): boolean => {
  const { source } = member;
  if (source === null) return false;
  if (launch.kind === 'configuration') {
    return source.kind === 'configuration' && source.name === launch.name;
  }
  if (source.kind !== 'template') return false;
  const overrides = launch.kind === 'mixed' ? launch.overrides : [];
  const types = overrides.flatMap((override) =>
    typesOfOverride(view, launch, override).flatMap((type) => type ?? []),
  );
  if (types.length > 0 && !types.includes(member.instanceType)) return false;
  const templates = [launch.template, ...overrides.flatMap((override) => override.template ?? [])];
  return templates.some((template) => {
    const version = launchedVersion(view, {
      LaunchTemplateId: template.id,
      Version: template.version,
    });
    return (
      !isDomainError(version) &&
      source.template.id === template.id &&
      source.template.version === String(version.version)
    );
  });
};
