import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { standsForType } from '../../../atlas/supply.ts';
import type { Plain } from '../../operation.ts';
import file from './instance-types.json' with { type: 'json' };

/** What DescribeInstanceTypes says of one type. */
export type InstanceTypeFacts = Plain<InstanceTypeInfo>;

type Structure = Record<string, unknown>;

const columns: readonly (readonly [path: readonly string[], values: readonly unknown[]])[] =
  Object.entries(file.columns).map(([path, values]) => [path.split('.'), values]);

const rows: ReadonlyMap<string, readonly number[]> = new Map(Object.entries(file.types));

const offeredBits: ReadonlyMap<string, string> = new Map(Object.entries(file.offered));

/** The names of all types that AWS has, wherever they are offered. */
export const knownInstanceTypes: readonly string[] = [...rows.keys()];

const positions: ReadonlyMap<string, number> = new Map(
  knownInstanceTypes.map((name, position) => [name, position]),
);

const put = (target: Structure, path: readonly string[], value: unknown): void => {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = (target[name] ??= {});
  // What a longer path leads through is a structure.
  put(inner as Structure, rest, value);
};

const assemble = (name: string, row: readonly number[]): InstanceTypeFacts => {
  const facts: Structure = { InstanceType: name };
  columns.forEach(([path, values], column) => {
    const index = row[column] ?? -1;
    if (index >= 0) put(facts, path, values[index]);
  });
  return facts;
};

const assembled = new Map<string, InstanceTypeFacts>();

/** The facts of a type, whether or not a Region offers it. */
export const instanceTypeFacts = (name: string): InstanceTypeFacts | undefined => {
  const known = assembled.get(name);
  if (known !== undefined) return known;
  const row = rows.get(name);
  if (row === undefined) return undefined;
  const facts = assemble(name, row);
  assembled.set(name, facts);
  return facts;
};

/** Whether a name such as `m5.large` or `m5` stands for any type. */
export const isKnownTypeOrFamily = (name: string): boolean =>
  rows.has(name) || knownInstanceTypes.some((type) => standsForType(name, type));

/**
 * Whether AWS offers the type in a Region, or in a zone by its id; undefined for a place whose offerings nobody collected,
 * such as a Region of the last two years, a Local Zone or a Region of one's own.
 */
export const isCollectedAsOffered = (name: string, place: string): boolean | undefined => {
  const digits = offeredBits.get(place);
  const position = positions.get(name);
  if (digits === undefined) return undefined;
  if (position === undefined) return false;
  const digit = Number.parseInt(digits[Math.floor(position / 4)] ?? '0', 16);
  return ((digit >> (3 - (position % 4))) & 1) === 1;
};
