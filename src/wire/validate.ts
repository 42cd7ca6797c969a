import type {
  ListShape,
  MapShape,
  Member,
  NumberShape,
  Shape,
  StringShape,
  StructureShape,
} from './shape.ts';

/** A rule of the model that a value breaks. */
export type Constraint =
  | { readonly rule: 'required' }
  | { readonly rule: 'enum'; readonly allowed: ReadonlySet<string> }
  | { readonly rule: 'pattern'; readonly pattern: string }
  | {
      readonly rule: 'min-length' | 'max-length' | 'min-value' | 'max-value';
      readonly bound: number;
    };

/** A step from the input to the broken value: a member, the place in a list (from 1) or the key of a map. */
export type Step = Member | number | string;

/** One value of the input and the rules that it breaks. */
export interface Violation {
  /** From the input inwards. */
  readonly path: readonly Step[];
  /** undefined when the value is missing. */
  readonly value: unknown;
  readonly constraints: readonly Constraint[];
  /** The rules are those of a list's elements, and the value is the whole list. */
  readonly ofElements: boolean;
}

interface Found {
  readonly path: Step[];
  readonly value: unknown;
  readonly constraints: readonly Constraint[];
  readonly ofElements: boolean;
}

const patterns = new Map<string, RegExp | undefined>();

/**
 * The model's pattern as a regular expression over the whole value. The models are written for Java: what
 * JavaScript cannot read with or without its Unicode mode is not checked.
 */
const compiled = (pattern: string): RegExp | undefined => {
  if (patterns.has(pattern)) return patterns.get(pattern);
  let expression: RegExp | undefined;
  for (const flags of ['u', '']) {
    try {
      expression = new RegExp(`^(?:${pattern})$`, flags);
      break;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  patterns.set(pattern, expression);
  return expression;
};

/** No pattern is matched against a longer value: a bound on the time that one request can take. */
const longestMatched = 8_192;

const codePoints = (text: string): number => {
  let count = text.length;
  for (let index = 1; index < text.length; index += 1) {
    const low = text.charCodeAt(index);
    if (low < 0xdc00 || low > 0xdfff) continue;
    const high = text.charCodeAt(index - 1);
    if (high >= 0xd800 && high <= 0xdbff) count -= 1;
  }
  return count;
};

const lengthConstraint = (
  shape: { readonly min: number | undefined; readonly max: number | undefined },
  length: number,
): Constraint | undefined => {
  if (shape.max !== undefined && length > shape.max)
    return { rule: 'max-length', bound: shape.max };
  if (shape.min !== undefined && length < shape.min)
    return { rule: 'min-length', bound: shape.min };
  return undefined;
};

const stringConstraints = (shape: StringShape, value: string): readonly Constraint[] => {
  if (shape.enumeration !== undefined && !shape.enumeration.has(value)) {
    return [{ rule: 'enum', allowed: shape.enumeration }];
  }
  const broken: Constraint[] = [];
  if (shape.min !== undefined || shape.max !== undefined) {
    const length = lengthConstraint(shape, codePoints(value));
    if (length !== undefined) broken.push(length);
  }
  if (shape.pattern !== undefined && value.length <= longestMatched) {
    if (compiled(shape.pattern)?.test(value) === false) {
      broken.push({ rule: 'pattern', pattern: shape.pattern });
    }
  }
  return broken;
};

const numberConstraints = (shape: NumberShape, value: number): readonly Constraint[] => {
  if (shape.min !== undefined && value < shape.min)
    return [{ rule: 'min-value', bound: shape.min }];
  if (shape.max !== undefined && value > shape.max)
    return [{ rule: 'max-value', bound: shape.max }];
  return [];
};

const none: readonly Constraint[] = [];

/** The rules that a value without parts breaks. Its type has been settled by the codec. */
const simpleConstraints = (shape: Shape, value: unknown): readonly Constraint[] => {
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' ? stringConstraints(shape, value) : none;
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return typeof value === 'number' ? numberConstraints(shape, value) : none;
    case 'blob': {
      const length =
        value instanceof Uint8Array ? lengthConstraint(shape, value.length) : undefined;
      return length === undefined ? none : [length];
    }
    case 'structure':
    case 'list':
    case 'map':
    case 'boolean':
    case 'timestamp':
      return none;
  }
};

const report = (value: unknown, constraints: readonly Constraint[], found: Found[]): void => {
  if (constraints.length > 0) found.push({ path: [], value, constraints, ofElements: false });
};

const checkStructure = (
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
  found: Found[],
): void => {
  for (const member of shape.members) {
    const of = value[member.name];
    const before = found.length;
    if (of === undefined) {
      if (member.required) report(undefined, [{ rule: 'required' }], found);
    } else {
      check(member.shape, of, found);
    }
    for (let index = before; index < found.length; index += 1) found[index]?.path.unshift(member);
  }
};

const isCompound = (shape: Shape): boolean =>
  shape.type === 'structure' || shape.type === 'list' || shape.type === 'map';

const checkList = (shape: ListShape, value: readonly unknown[], found: Found[]): void => {
  const length = lengthConstraint(shape, value.length);
  if (length !== undefined) report(value, [length], found);
  if (isCompound(shape.element)) {
    for (const [index, element] of value.entries()) {
      const before = found.length;
      check(shape.element, element, found);
      for (let at = before; at < found.length; at += 1) found[at]?.path.unshift(index + 1);
    }
    return;
  }
  for (const element of value) {
    const constraints = simpleConstraints(shape.element, element);
    if (constraints.length === 0) continue;
    found.push({ path: [], value, constraints, ofElements: true });
    return;
  }
};

const checkMap = (
  shape: MapShape,
  value: Readonly<Record<string, unknown>>,
  found: Found[],
): void => {
  const entries = Object.entries(value);
  const length = lengthConstraint(shape, entries.length);
  if (length !== undefined) report(value, [length], found);
  for (const [key, of] of entries) {
    const before = found.length;
    report(key, simpleConstraints(shape.key, key), found);
    check(shape.value, of, found);
    for (let at = before; at < found.length; at += 1) found[at]?.path.unshift(key);
  }
};

const check = (shape: Shape, value: unknown, found: Found[]): void => {
  switch (shape.type) {
    // The codec has made the value by this very shape: a structure and a map are plain objects, a list is an array.
    case 'structure':
      checkStructure(shape, value as Readonly<Record<string, unknown>>, found);
      return;
    case 'list':
      checkList(shape, value as readonly unknown[], found);
      return;
    case 'map':
      checkMap(shape, value as Readonly<Record<string, unknown>>, found);
      return;
    case 'string':
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
    case 'blob':
    case 'boolean':
    case 'timestamp':
      report(value, simpleConstraints(shape, value), found);
      return;
  }
};

/**
 * Checks an input that a codec has parsed against its shape: required members, lengths, ranges, patterns and
 * enumerations. Answers every violation in the order of the model's members; none when the input is good.
 */
export const violationsOf = (
  shape: StructureShape,
  input: Readonly<Record<string, unknown>>,
): readonly Violation[] => {
  const found: Found[] = [];
  checkStructure(shape, input, found);
  return found;
};
