/** How much a zone has of some instance types together. What no stock covers never runs out. */
export interface CapacityStock {
  readonly zoneId: string;
  /** Families such as `m5` and types such as `m5.large`; undefined: all types. */
  readonly types: readonly string[] | undefined;
  readonly vcpus: number;
}

/**
 * What happens to the other zones of a Region when one fails and everyone's groups go there: that share of their stock
 * is gone at once and comes back evenly over the duration.
 */
export interface Rush {
  /** Above 0 and at most 1. */
  readonly share: number;
  readonly durationMs: number;
}

/**
 * Groups of instance families that share a quota of running On-Demand instances, with the letters that their families begin
 * with ("Amazon EC2 endpoints and quotas", AWS General Reference).
 */
const groups = {
  standard: ['a', 'c', 'd', 'h', 'i', 'm', 'r', 't', 'z', 'im', 'is'],
  f: ['f'],
  g: ['g', 'gr', 'vt'],
  p: ['p'],
  x: ['x'],
  inf: ['inf'],
  trn: ['trn'],
  dl: ['dl'],
  hpc: ['hpc'],
  highMemory: ['u'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A group of instance families with one quota. */
export type VcpuGroup = keyof typeof groups;

/** The names of the groups. */
export const vcpuGroups: readonly VcpuGroup[] = Object.keys(groups).filter(
  (name): name is VcpuGroup => name in groups,
);

const groupByLetters: ReadonlyMap<string, VcpuGroup> = new Map(
  vcpuGroups.flatMap((group) => groups[group].map((letters) => [letters, group] as const)),
);

/** The group of an instance type; undefined for types without a quota of vCPUs, such as those of Macs. */
export const vcpuGroupOf = (instanceType: string): VcpuGroup | undefined =>
  groupByLetters.get(/^[a-z]+/.exec(instanceType)?.[0] ?? '');

/** What a world says of the machines in its zones. */
export interface Supply {
  readonly stocks: readonly CapacityStock[];
  readonly rush?: Rush;
  /** vCPUs that each account may run in each Region, by group; a group that is not there has no quota. */
  readonly vcpuQuotas?: ReadonlyMap<VcpuGroup, number>;
}

const typePattern = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)?$/;

/** Whether a text has the form of an instance type (`m5.large`) or of a family (`m5`); not whether there is one. */
export const isTypeOrFamily = (text: string): boolean => typePattern.test(text);

/** Whether a name, of a type or of a family, stands for the instance type. */
export const standsForType = (name: string, instanceType: string): boolean =>
  name === instanceType || instanceType.startsWith(`${name}.`);

/** Whether a list of families and types covers the instance type; without a list it covers all. */
export const coversType = (types: readonly string[] | undefined, instanceType: string): boolean =>
  types === undefined || types.some((name) => standsForType(name, instanceType));
