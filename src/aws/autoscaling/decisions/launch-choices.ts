/** One way to launch an instance of a group. */
export interface LaunchChoice {
  /** Undefined: the template's own. */
  readonly instanceType: string | undefined;
  readonly imageId: string | undefined;
  /** The launch template of the override; undefined: the policy's. */
  readonly template: TemplateReference | undefined;
  /** Its place among the overrides, 0 the most wanted. */
  readonly priority: number;
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
}

/**
 * The ways to launch an instance in one zone, in the order in which they are tried. On-Demand capacity with the
 * allocation strategy `prioritized` goes by the order of the overrides: the next type is tried where the one before has
 * no capacity ("Allocation strategies for multiple instance types", User Guide).
 */
export const launchChoices = (overrides: readonly LaunchOverride[]): readonly LaunchChoice[] =>
  overrides.length === 0
    ? [{ instanceType: undefined, imageId: undefined, template: undefined, priority: 0 }]
    : overrides.map(({ instanceType, imageId, template }, priority) => ({
        instanceType,
        imageId,
        template,
        priority,
      }));

/** The place of an instance's type among the overrides; one that is none of them is wanted least. */
export const typePriority = (
  overrides: readonly LaunchOverride[],
  instanceType: string,
): number => {
  const index = overrides.findIndex((override) => override.instanceType === instanceType);
  return index === -1 ? overrides.length : index;
};
