import type { InstanceRequirements } from '../../ec2/instances/instance-requirements.ts';
import type { Lifecycle } from './instances-distribution.ts';

/** One way to launch an instance of a group. */
export interface LaunchChoice {
  /** Undefined: the template's own. */
  readonly instanceType: string | undefined;
  readonly imageId: string | undefined;
  /** The launch template of the override; undefined: the policy's. */
  readonly template: TemplateReference | undefined;
  /** Its place among the overrides, 0 the most wanted. */
  readonly priority: number;
  /** How it is paid for; undefined: as the template says. */
  readonly lifecycle?: Lifecycle;
  /** What an instance counts of the desired capacity; absent: 1. */
  readonly weight?: number;
  /** US dollars an hour that a Spot Instance may cost; absent: up to the price on demand. */
  readonly maxPrice?: string;
}

/** A launch template as a group names it. */
export interface TemplateReference {
  readonly id: string;
  readonly name: string;
  /** A number, `$Default` or `$Latest`. */
  readonly version: string;
}

/** An override of a mixed instances policy. */
export interface LaunchOverride {
  readonly instanceType?: string;
  readonly imageId?: string;
  readonly template?: TemplateReference;
  /** Attributes that its types are chosen by, instead of one type. */
  readonly requirements?: InstanceRequirements;
  /** What an instance counts of the desired capacity; absent: 1. */
  readonly weight?: number;
}

/** The place of an instance's type among the overrides; one that is none of them is wanted least. */
export const typePriority = (
  overrides: readonly LaunchOverride[],
  instanceType: string,
): number => {
  const index = overrides.findIndex((override) => override.instanceType === instanceType);
  return index === -1 ? overrides.length : index;
};
