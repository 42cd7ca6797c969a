import { WireFault } from '../fault.ts';
import type { ListShape, MapShape, Member, Shape, StructureShape } from '../shape.ts';
import { expectedOf, valueOfText } from './text-value.ts';
import type { XmlElement } from './xml-parse.ts';

const invalid = (message: string): WireFault => new WireFault('InvalidInput', message, 400);

/** Route 53's words for an element that its schema has not (aws-sdk-ruby pull request 137, nice-route53 issue 8). */
const unexpected = (name: string, expected: readonly string[]): WireFault => {
  const one =
    expected.length === 0 || expected.length > 20
      ? ''
      : ` One of '{${expected.join(', ')}}' is expected.`;
  return invalid(
    `Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element '${name.slice(0, 200)}'.${one}`,
  );
};

const plans = new WeakMap<StructureShape, ReadonlyMap<string, Member>>();

const planOf = (shape: StructureShape): ReadonlyMap<string, Member> => {
  const known = plans.get(shape);
  if (known !== undefined) return known;
  const plan = new Map<string, Member>();
  for (const member of shape.members) {
    if (member.location === undefined) plan.set(elementNameOf(member), member);
  }
  plans.set(shape, plan);
  return plan;
};

const isFlat = (member: Member): boolean =>
  (member.shape.type === 'list' || member.shape.type === 'map') &&
  (member.flattened || member.shape.flattened);

const elementNameOf = (member: Member): string => {
  const own = member.locationName ?? member.name;
  return member.shape.type === 'list' && isFlat(member) ? (member.shape.elementName ?? own) : own;
};

const readList = (
  shape: ListShape,
  elements: readonly XmlElement[],
  name: string,
): unknown[] | WireFault => {
  const values: unknown[] = [];
  for (const child of elements) {
    if (child.name !== name) return unexpected(child.name, [name]);
    const value = readXml(shape.element, child);
    if (value instanceof WireFault) return value;
    values.push(value);
  }
  return values;
};

const readMap = (
  shape: MapShape,
  elements: readonly XmlElement[],
): Record<string, unknown> | WireFault => {
  const pairs: [string, unknown][] = [];
  for (const entry of elements) {
    const key = entry.children.find((child) => child.name === (shape.keyName ?? 'key'));
    const of = entry.children.find((child) => child.name === (shape.valueName ?? 'value'));
    if (key === undefined || of === undefined) return unexpected(entry.name, []);
    const value = readXml(shape.value, of);
    if (value instanceof WireFault) return value;
    pairs.push([key.text, value]);
  }
  return Object.fromEntries(pairs);
};

/** Reads the members of a structure from an element's children. */
export const readXmlMembers = (
  shape: StructureShape,
  element: XmlElement,
): Record<string, unknown> | WireFault => {
  const plan = planOf(shape);
  const value: Record<string, unknown> = {};
  const flat = new Map<Member, XmlElement[]>();
  for (const child of element.children) {
    const member = plan.get(child.name);
    if (member === undefined || (Object.hasOwn(value, member.name) && !flat.has(member))) {
      return unexpected(child.name, [...plan.keys()]);
    }
    if (isFlat(member)) {
      const together = flat.get(member) ?? [];
      together.push(child);
      flat.set(member, together);
      value[member.name] = together;
      continue;
    }
    const of = readXml(member.shape, child);
    if (of instanceof WireFault) return of;
    value[member.name] = of;
  }
  for (const [member, children] of flat) {
    const of =
      member.shape.type === 'list'
        ? readList(member.shape, children, elementNameOf(member))
        : member.shape.type === 'map'
          ? readMap(member.shape, children)
          : unexpected(member.name, []);
    if (of instanceof WireFault) return of;
    value[member.name] = of;
  }
  return value;
};

/** Reads one element as a value of the given shape. */
const readXml = (shape: Shape, element: XmlElement): unknown => {
  switch (shape.type) {
    case 'structure':
      return readXmlMembers(shape, element);
    case 'list':
      return readList(shape, element.children, shape.elementName ?? 'member');
    case 'map':
      return readMap(shape, element.children);
    case 'string':
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
    case 'boolean':
    case 'timestamp':
    case 'blob': {
      const [child] = element.children;
      if (child !== undefined) return unexpected(child.name, []);
      const text = shape.type === 'string' ? element.text : element.text.trim();
      return (
        valueOfText(shape, text) ??
        invalid(
          `Invalid XML ; cvc-datatype-valid.1.2.1: '${text.slice(0, 200)}' is not a valid value for element '${element.name}'. Expecting ${expectedOf(shape)}.`,
        )
      );
    }
  }
};
