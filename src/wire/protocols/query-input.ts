import type { ListShape, MapShape, Member, Shape, StructureShape } from '../shape.ts';
import { highestListIndex } from '../limits.ts';
import type { QueryNode } from './query-form.ts';
import { expectedOf, valueOfText } from './text-value.ts';
import type { Expected } from './text-value.ts';

/** What keeps a parameter from being read. The path is made of the names in the request. */
export class QueryProblem {
  readonly kind: 'unknown' | 'type' | 'index';
  readonly path: string[];
  readonly text: string;
  readonly expected: Expected;
  /** The innermost member of the model on the way to it. */
  member: Member | undefined;

  constructor(
    kind: QueryProblem['kind'],
    path: string[],
    text = '',
    expected: Expected = 'a single value',
  ) {
    this.kind = kind;
    this.path = path;
    this.text = text;
    this.expected = expected;
    this.member = undefined;
  }
}

/** Where the two query protocols differ in reading a request. */
export interface QueryDialect {
  /** A member's name in the request. */
  readonly memberName: (member: Member) => string;
  /** The name between a list and its indices; undefined when they follow the list's own name. */
  readonly elementName: (list: ListShape) => string | undefined;
  /** Whether a parameter that the model has not is a problem; else it is passed over. */
  readonly refusesUnknown: boolean;
  /** Whether an empty text for this member of this structure means that it is not given; undefined where it never does. */
  readonly emptyIsNone?: (structure: StructureShape, member: Member) => boolean;
}

/** Reads one node; answers the value or a problem. */
type Reader = (node: QueryNode) => unknown;

/** Reads the tree of a request by an input's shape; names that are reserved are no unknown parameters. */
export type QueryReader = (
  shape: StructureShape,
  root: QueryNode,
  isReserved: (name: string) => boolean,
) => Record<string, unknown> | QueryProblem;

interface MemberPlan {
  readonly member: Member;
  readonly read: Reader;
  readonly emptyIsNone: boolean;
}

/** Whether nothing is left of a member: no text, or a structure whose members are all empty. */
const isNothing = (value: unknown, { shape }: Member): boolean =>
  value === '' ||
  (shape.type === 'structure' && value instanceof Object && Object.keys(value).length === 0);

const parseIndex = (text: string): number => {
  let index = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9 || at > 9) return Number.NaN;
    index = index * 10 + digit;
  }
  return text.length === 0 || index === 0 ? Number.NaN : index;
};

/** The children of a list in the order of their indices; gaps are closed up, as AWS does. */
const indexed = (node: QueryNode): readonly (readonly [string, QueryNode])[] | QueryProblem => {
  const entries = [...(node.children ?? [])];
  let last = 0;
  let ascending = true;
  for (const [name] of entries) {
    const index = parseIndex(name);
    if (Number.isNaN(index)) return new QueryProblem('unknown', [name]);
    if (index > highestListIndex) return new QueryProblem('index', [name]);
    ascending &&= index > last;
    last = index;
  }
  return ascending ? entries : entries.toSorted(([a], [b]) => Number(a) - Number(b));
};

const firstChild = (node: QueryNode): string => node.children?.keys().next().value ?? '';

const never = (): boolean => false;

const readPlain = (shape: Shape, node: QueryNode): unknown => {
  if (node.text === undefined || node.children !== undefined) {
    return new QueryProblem('unknown', [firstChild(node)]);
  }
  if (shape.type === 'string') return node.text;
  return (
    valueOfText(shape, node.text) ?? new QueryProblem('type', [], node.text, expectedOf(shape))
  );
};

/** A problem inside a list's element, with the names that lead to it from the list. */
const inList = (
  problem: QueryProblem,
  between: string | undefined,
  index: string,
): QueryProblem => {
  problem.path.unshift(index);
  if (between !== undefined) problem.path.unshift(between);
  return problem;
};

/** Compiles and keeps the readers of one dialect. A shape may contain itself, so parts are compiled at their first use. */
class QueryCompiler {
  readonly dialect: QueryDialect;
  readonly structures = new Map<StructureShape, ReadonlyMap<string, MemberPlan>>();

  constructor(dialect: QueryDialect) {
    this.dialect = dialect;
  }

  planOf(shape: StructureShape): ReadonlyMap<string, MemberPlan> {
    const known = this.structures.get(shape);
    if (known !== undefined) return known;
    const plan = new Map<string, MemberPlan>();
    this.structures.set(shape, plan);
    for (const member of shape.members) {
      plan.set(this.dialect.memberName(member), {
        member,
        read: this.reader(member.shape),
        emptyIsNone: this.dialect.emptyIsNone?.(shape, member) ?? false,
      });
    }
    return plan;
  }

  readMembers(
    plan: ReadonlyMap<string, MemberPlan>,
    node: QueryNode,
    isReserved: (name: string) => boolean,
  ): Record<string, unknown> | QueryProblem {
    const value: Record<string, unknown> = {};
    if (node.children === undefined) return value;
    for (const [name, child] of node.children) {
      const known = plan.get(name);
      if (known === undefined) {
        if (this.dialect.refusesUnknown && !isReserved(name))
          return new QueryProblem('unknown', [name]);
        continue;
      }
      const of = known.read(child);
      if (of instanceof QueryProblem) {
        of.path.unshift(name);
        of.member ??= known.member;
        return of;
      }
      if (known.emptyIsNone && isNothing(of, known.member)) continue;
      value[known.member.name] = of;
    }
    return value;
  }

  reader(shape: Shape): Reader {
    switch (shape.type) {
      case 'structure':
        return this.structureReader(shape);
      case 'list':
        return this.listReader(shape);
      case 'map':
        return this.mapReader(shape);
      case 'string':
      case 'integer':
      case 'long':
      case 'float':
      case 'double':
      case 'boolean':
      case 'timestamp':
      case 'blob':
        return (node) => readPlain(shape, node);
    }
  }

  structureReader(shape: StructureShape): Reader {
    let plan: ReadonlyMap<string, MemberPlan> | undefined;
    return (node) => {
      if (node.text !== undefined && node.text !== '') return new QueryProblem('unknown', []);
      plan ??= this.planOf(shape);
      return this.readMembers(plan, node, never);
    };
  }

  listReader(shape: ListShape): Reader {
    const between = this.dialect.elementName(shape);
    let read: Reader | undefined;
    return (node) => {
      if (node.children === undefined)
        return node.text === '' ? [] : new QueryProblem('unknown', []);
      const elements = between === undefined ? node : node.children.get(between);
      if (elements === undefined) return new QueryProblem('unknown', [firstChild(node)]);
      const entries = indexed(elements);
      if (entries instanceof QueryProblem) {
        if (between !== undefined) entries.path.unshift(between);
        return entries;
      }
      read ??= this.reader(shape.element);
      const values: unknown[] = [];
      for (const [index, child] of entries) {
        const value = read(child);
        if (value instanceof QueryProblem) return inList(value, between, index);
        values.push(value);
      }
      return values;
    };
  }

  mapReader(shape: MapShape): Reader {
    const keyName = shape.keyName ?? 'key';
    const valueName = shape.valueName ?? 'value';
    let read: Reader | undefined;
    return (node) => {
      const entries = indexed((shape.flattened ? node : node.children?.get('entry')) ?? node);
      if (entries instanceof QueryProblem) return entries;
      read ??= this.reader(shape.value);
      const pairs: [string, unknown][] = [];
      for (const [index, child] of entries) {
        const key = child.children?.get(keyName)?.text;
        const valueNode = child.children?.get(valueName);
        if (key === undefined || valueNode === undefined)
          return new QueryProblem('unknown', [index]);
        const value = read(valueNode);
        if (value instanceof QueryProblem) return inList(value, 'entry', index);
        pairs.push([key, value]);
      }
      return Object.fromEntries(pairs);
    };
  }
}

/** Makes the reader of one dialect; each shape is compiled at its first use and kept. */
export const queryReader = (dialect: QueryDialect): QueryReader => {
  const compiler = new QueryCompiler(dialect);
  return (shape, root, isReserved) =>
    compiler.readMembers(compiler.planOf(shape), root, isReserved);
};
