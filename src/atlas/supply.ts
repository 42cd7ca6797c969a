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

/** What a world says of the machines in its zones. */
export interface Supply {
  readonly stocks: readonly CapacityStock[];
  readonly rush?: Rush;
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
