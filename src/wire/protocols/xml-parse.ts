import { WireFault } from '../fault.ts';
import { deepestNesting, mostParameters } from '../limits.ts';

/** An XML element: its local name, its child elements and, joined, the text directly inside it. */
export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const fault = (what: string): WireFault =>
  new WireFault('MalformedInput', `The XML you provided was not well-formed: ${what}`, 400);

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

const isXmlCharacter = (code: number): boolean =>
  code === 0x9 ||
  code === 0xa ||
  code === 0xd ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x10000 && code <= 0x10ffff);

const characterOf = (reference: string): string | undefined => {
  if (!reference.startsWith('#'))
    return Object.hasOwn(entities, reference) ? entities[reference] : undefined;
  const hexadecimal = reference[1] === 'x';
  const digits = reference.slice(hexadecimal ? 2 : 1);
  if (!(hexadecimal ? /^[0-9a-fA-F]{1,6}$/ : /^[0-9]{1,7}$/).test(digits)) return undefined;
  const code = Number.parseInt(digits, hexadecimal ? 16 : 10);
  return isXmlCharacter(code) ? String.fromCodePoint(code) : undefined;
};

/** Resolves the five entities and character references; undefined when there is any other or a lone ampersand. */
const decodeText = (raw: string): string | undefined => {
  if (!raw.includes('&')) return raw;
  let text = '';
  let from = 0;
  for (let at = raw.indexOf('&'); at !== -1; at = raw.indexOf('&', from)) {
    const end = raw.indexOf(';', at);
    if (end === -1 || end - at > 10) return undefined;
    const character = characterOf(raw.slice(at + 1, end));
    if (character === undefined) return undefined;
    text += raw.slice(from, at) + character;
    from = end + 1;
  }
  return text + raw.slice(from);
};

const name =
  /^[A-Za-z_\u0080-\uffff][\w.\-\u0080-\uffff]*(?::[A-Za-z_\u0080-\uffff][\w.\-\u0080-\uffff]*)?$/;
const attributes = /^(?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*$/;

const localName = (qualified: string): string => qualified.slice(qualified.indexOf(':') + 1);

/** End of a tag: the next `>` that is not inside a quoted attribute value; -1 when there is none. */
const tagEnd = (text: string, from: number): number => {
  let quote = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 34 || code === 39) {
      quote = code;
    } else if (code === 62) {
      return at;
    }
  }
  return -1;
};

/** A reader's state: where it stands and the elements that are open. */
class Reading {
  readonly source: string;
  readonly open: XmlElement[] = [];
  root: XmlElement | undefined = undefined;
  at = 0;
  elements = 0;

  constructor(source: string) {
    this.source = source;
  }

  addText(text: string): WireFault | undefined {
    const parent = this.open.at(-1);
    if (parent !== undefined) {
      parent.text += text;
      return undefined;
    }
    return text.trim() === '' ? undefined : fault('there is text outside the root element');
  }

  openTag(inside: string): WireFault | undefined {
    const selfClosing = inside.endsWith('/');
    const content = selfClosing ? inside.slice(0, -1) : inside;
    const space = content.search(/\s/);
    const qualified = space === -1 ? content : content.slice(0, space);
    if (!name.test(qualified)) return fault('an element has no proper name');
    if (space !== -1 && !attributes.test(content.slice(space)))
      return fault(`the attributes of ${qualified} cannot be read`);
    this.elements += 1;
    if (this.elements > mostParameters)
      return fault(`there are more than ${mostParameters} elements`);
    const element: XmlElement = { name: localName(qualified), children: [], text: '' };
    const parent = this.open.at(-1);
    if (parent !== undefined) parent.children.push(element);
    else if (this.root === undefined) this.root = element;
    else return fault('there is more than one root element');
    if (selfClosing) return undefined;
    if (this.open.length === deepestNesting)
      return fault(`elements are nested deeper than ${deepestNesting} levels`);
    this.open.push(element);
    return undefined;
  }

  closeTag(inside: string): WireFault | undefined {
    const closing = localName(inside.trimEnd());
    const element = this.open.pop();
    return element?.name === closing
      ? undefined
      : fault(`</${closing.slice(0, 100)}> closes no open element`);
  }

  /** Skips to behind `end`, answering what stood before it. */
  until(start: number, end: string): string | undefined {
    const to = this.source.indexOf(end, start);
    if (to === -1) return undefined;
    this.at = to + end.length;
    return this.source.slice(start, to);
  }
}

const readMarkup = (reading: Reading): WireFault | undefined => {
  const { source, at } = reading;
  if (source.startsWith('<!--', at)) {
    return reading.until(at + 4, '-->') === undefined ? fault('a comment does not end') : undefined;
  }
  if (source.startsWith('<![CDATA[', at)) {
    const text = reading.until(at + 9, ']]>');
    return text === undefined ? fault('a CDATA section does not end') : reading.addText(text);
  }
  if (source.startsWith('<?', at)) {
    return reading.until(at + 2, '?>') === undefined
      ? fault('a processing instruction does not end')
      : undefined;
  }
  if (source.startsWith('<!', at)) return fault('document type declarations are not accepted');
  const end = tagEnd(source, at + 1);
  if (end === -1) return fault('a tag does not end');
  reading.at = end + 1;
  return source.charCodeAt(at + 1) === 47
    ? reading.closeTag(source.slice(at + 2, end))
    : reading.openTag(source.slice(at + 1, end));
};

/**
 * Reads a small XML document strictly: no document type, no entities but the five and character references,
 * 64 levels at most. Namespaces and attributes are passed over: AWS's inputs have none that mean anything.
 */
export const parseXml = (source: string): XmlElement | WireFault => {
  const reading = new Reading(source.codePointAt(0) === 0xfeff ? source.slice(1) : source);
  while (reading.at < reading.source.length) {
    const next = reading.source.indexOf('<', reading.at);
    const end = next === -1 ? reading.source.length : next;
    if (end > reading.at) {
      const text = decodeText(reading.source.slice(reading.at, end));
      if (text === undefined) return fault('an entity is not known');
      const problem = reading.addText(text);
      if (problem !== undefined) return problem;
      reading.at = end;
    }
    if (next === -1) break;
    const problem = readMarkup(reading);
    if (problem !== undefined) return problem;
  }
  const unclosed = reading.open.at(-1);
  if (unclosed !== undefined) return fault(`${unclosed.name} is not closed`);
  return reading.root ?? fault('there is no root element');
};
