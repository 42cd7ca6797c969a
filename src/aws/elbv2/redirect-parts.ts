import type { DomainError } from '../../world/domain-error.ts';
import { validation } from './errors.ts';

/** The parts of the URL that a redirect leads to, as far as the model of the API leaves something to check. */
export interface RedirectParts {
  readonly host: string;
  readonly port: string;
  /** With the slash that it begins with. */
  readonly path: string;
  /** Without a question mark. */
  readonly query: string;
}

/** Whether a text has at most one of each of these placeholders, such as `#{path}` for `path`, and no other. */
const hasOnly = (text: string, allowed: readonly string[]): boolean => {
  const names = [...text.matchAll(/#\{([^}]*)\}/g)].map(([, name = '']) => name);
  return new Set(names).size === names.length && names.every((name) => allowed.includes(name));
};

const isPort = (port: string): boolean =>
  port === '#{port}' || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535);

/**
 * What is wrong with a redirect's parts (RedirectActionConfig, Elastic Load Balancing API Reference). The words about the
 * path are AWS's own, the others are in their manner.
 */
export const redirectPartError = (parts: RedirectParts): DomainError | undefined => {
  const { host, port, path, query } = parts;
  if (!isPort(port)) {
    return validation("The Port parameter must be between '1' and '65535', or '#{port}'.");
  }
  if (!hasOnly(host, ['host'])) {
    return validation(
      "The Host parameter must be a valid host name, and may contain the placeholder '#{host}' once.",
    );
  }
  if (!path.startsWith('/') || !hasOnly(path, ['path', 'host', 'port'])) {
    return validation(
      "The Path parameter must be a valid path, should start with a '/', and may contain up to one of each of these placeholders: '#{path}', '#{host}', '#{port}'.",
    );
  }
  return hasOnly(query, ['query', 'path', 'host', 'port', 'protocol'])
    ? undefined
    : validation(
        "The Query parameter may contain up to one of each of these placeholders: '#{query}', '#{path}', '#{host}', '#{port}', '#{protocol}'.",
      );
};
