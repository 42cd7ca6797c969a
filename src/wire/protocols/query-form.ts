import { WireFault } from '../fault.ts';
import { deepestNesting, mostParameters } from '../limits.ts';

/** A parameter or a prefix of parameters: `Filter.1.Name=vpc-id` is three nodes, the last with the text. */
export interface QueryNode {
  text: string | undefined;
  children: Map<string, QueryNode> | undefined;
}

const malformed = (): WireFault =>
  new WireFault('MalformedQueryString', 'The query string contains a syntax error', 400);

/** Decodes one side of a pair; undefined when its percent signs are no encoding. */
export const decodeComponent = (text: string): string | undefined => {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
};

const place = (root: QueryNode, name: string, text: string): boolean => {
  let node = root;
  let from = 0;
  for (let depth = 0; from <= name.length; depth += 1) {
    if (depth === deepestNesting) return false;
    const dot = name.indexOf('.', from);
    const to = dot === -1 ? name.length : dot;
    const part = name.slice(from, to);
    node.children ??= new Map();
    let next = node.children.get(part);
    if (next === undefined) {
      next = { text: undefined, children: undefined };
      node.children.set(part, next);
    }
    node = next;
    from = to + 1;
  }
  node.text = text;
  return true;
};

/**
 * Adds the pairs of a form (`a=b&c.1=d`, as the body or the query of a request) to a tree by the dots in their
 * names. A later pair of the same name replaces an earlier one.
 */
export const addForm = (root: QueryNode, form: string): WireFault | undefined => {
  let from = 0;
  let pairs = 0;
  while (from < form.length) {
    const ampersand = form.indexOf('&', from);
    const to = ampersand === -1 ? form.length : ampersand;
    if (to > from) {
      pairs += 1;
      if (pairs > mostParameters) {
        return new WireFault(
          'MalformedQueryString',
          `A request may not have more than ${mostParameters} parameters`,
          400,
        );
      }
      const equals = form.indexOf('=', from);
      const nameEnd = equals === -1 || equals > to ? to : equals;
      const name = decodeComponent(form.slice(from, nameEnd));
      const text = decodeComponent(form.slice(Math.min(nameEnd + 1, to), to));
      if (name === undefined || text === undefined) return malformed();
      if (!place(root, name, text)) {
        return new WireFault(
          'MalformedQueryString',
          `A parameter may not be nested deeper than ${deepestNesting} levels`,
          400,
        );
      }
    }
    from = to + 1;
  }
  return undefined;
};
