import { createRequire } from 'node:module';
import type * as Saxes from 'saxes';
import { WireFault } from '../fault.ts';
import { deepestNesting, mostParameters } from '../limits.ts';

/** An XML element: its local name, its child elements and, joined, the text directly inside it. */
export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const require = createRequire(import.meta.url);

// Read when the first document comes: most worlds are never sent one. What the package's own types say of it; a require has
// none.
const saxes = (): typeof Saxes => require('saxes') as typeof Saxes;

const fault = (what: string): WireFault =>
  new WireFault('MalformedInput', `The XML you provided was not well-formed: ${what}`, 400);

/** Thrown inside this file alone: it is how a document that is too much is called off. */
class Refused extends Error {}

const localName = (qualified: string): string => qualified.slice(qualified.indexOf(':') + 1);

const read = (source: string): XmlElement | undefined => {
  const { SaxesParser } = saxes();
  const parser = new SaxesParser({ position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  parser.on('doctype', () => {
    throw new Refused('document type declarations are not accepted');
  });
  parser.on('opentagstart', ({ name }) => {
    elements += 1;
    if (elements > mostParameters)
      throw new Refused(`there are more than ${mostParameters} elements`);
    if (open.length === deepestNesting)
      throw new Refused(`elements are nested deeper than ${deepestNesting} levels`);
    const element: XmlElement = { name: localName(name), children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const addText = (text: string): void => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('error', ({ message }) => {
    throw new Refused(message.slice(0, 200));
  });
  parser.write(source).close();
  return root;
};

/**
 * Reads a small XML document strictly: no document type, no entities but the five and character references, 64 levels at
 * most. Namespaces and attributes are passed over: AWS's inputs have none that mean anything.
 */
export const parseXml = (source: string): XmlElement | WireFault => {
  try {
    return read(source) ?? fault('there is no root element');
  } catch (error) {
    if (error instanceof Refused) return fault(error.message);
    throw error;
  }
};
