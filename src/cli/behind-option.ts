import { isIP } from 'node:net';
import { conflictOf, readRoute, type AskedRoute } from '../aws/behind/routes.ts';
import { isPrivateAddress } from '../plane/network/private-address.ts';
import type { AskedBehind } from '../server/open-behind.ts';
import { UsageError } from '../text/usage-error.ts';
import { scopesNamed } from '../wire/aws-operations.ts';
import { DomainError } from '../world/domain-error.ts';

const checked = <T>(read: T | DomainError): T => {
  if (read instanceof DomainError) throw new UsageError(`--behind: ${read.message}.`);
  return read;
};

/** A name is looked at when it is resolved, at each call. */
const refusePublic = ({ origin }: AskedRoute): void => {
  const host = origin === undefined ? '' : new URL(origin).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 0 || isPrivateAddress(host)) return;
  throw new UsageError(
    `--behind: ${host} is neither on this machine nor in a private network; --behind-anywhere allows it.`,
  );
};

/** What `--behind` asks for, each as `[SERVICES=]TARGET`; undefined when it was not given. */
export const behindOf = (
  texts: readonly string[],
  mayBePublic: boolean,
): AskedBehind | undefined => {
  if (texts.length === 0) return undefined;
  const routes = texts.map((text) => checked(readRoute(text, scopesNamed)));
  checked(conflictOf(routes));
  if (!mayBePublic) for (const route of routes) refusePublic(route);
  return { routes, mayBePublic };
};
