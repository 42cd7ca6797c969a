import { timingSafeEqual } from 'node:crypto';
import { hostName, readAwsHost } from './aws-host.ts';
import { WireFault } from './fault.ts';

/** What the guard looks at in a request. */
export interface GuardedRequest {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which every current browser sends to a loopback address. */
  readonly fetchSite: string | undefined;
  /** Where the connection comes from and where it came in. */
  readonly socket: {
    readonly remoteAddress?: string | undefined;
    readonly localAddress?: string | undefined;
  };
  /** `X-Faultline-Token`. */
  readonly token: string | undefined;
}

const ipv4Loopback = /^127\.(?:\d{1,3})\.(?:\d{1,3})\.(?:\d{1,3})$/;

/** A name that means this machine wherever it is resolved: `localhost` and below (RFC 6761), 127.0.0.0/8, ::1. */
const isLoopbackName = (name: string): boolean =>
  name === 'localhost' || name === '::1' || name.endsWith('.localhost') || ipv4Loopback.test(name);

/** A socket's address as a Host header would write it: an IPv4 address on an IPv6 socket is an IPv4 address. */
const plainAddress = (address: string | undefined): string | undefined =>
  address?.startsWith('::ffff:') === true ? address.slice(7) : address;

const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && isLoopbackName(address);

const refused = (message: string): WireFault => new WireFault('AccessDenied', message, 403);

/** Decides which requests a server takes at all. */
export interface Guard {
  /**
   * Refuses what a web page of somebody else's could send: user data is code that runs on this machine. A
   * Host that is not ours is DNS rebinding; a foreign Origin, or a cross-site fetch without one (an image,
   * a link), is cross-site request forgery.
   */
  readonly check: (request: GuardedRequest) => WireFault | undefined;
  /** Refuses an admin request that neither has the token nor comes from this machine's own tools. */
  readonly checkAdmin: (request: GuardedRequest) => WireFault | undefined;
}

/** A guard for a server reached by loopback names and by `allowedHosts`. Without a token, no token is accepted. */
export const createGuard = (
  allowedHosts: readonly string[],
  adminToken: string | undefined,
): Guard => {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const good = new Set<string>();
  const mostRemembered = 100;

  const isOurs = (host: string): boolean => {
    if (good.has(host)) return true;
    const name = hostName(host);
    // Nobody but AWS says where the names of its endpoints lead, so no page of somebody else's has been loaded from one.
    const ours = isLoopbackName(name) || allowed.has(name) || readAwsHost(host) !== undefined;
    if (ours && good.size < mostRemembered) good.add(host);
    return ours;
  };

  const tokenIsGood = (token: string | undefined): boolean => {
    if (adminToken === undefined || token === undefined) return false;
    const [given, expected] = [Buffer.from(token), Buffer.from(adminToken)];
    return given.length === expected.length && timingSafeEqual(given, expected);
  };

  return {
    check: ({ host, origin, fetchSite, socket }) => {
      // Who calls by the very address that the connection came in on has not been led here by a name.
      const isOwnAddress = (): boolean =>
        host !== undefined && hostName(host) === plainAddress(socket.localAddress);
      if (host === undefined || !(isOurs(host) || isOwnAddress())) {
        return refused(
          `The Host '${(host ?? '').slice(0, 200)}' is not one of this endpoint's: it answers to loopback names, to those of AWS's endpoints, and to its own addresses.`,
        );
      }
      if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
        return refused(`Requests from the web origin '${origin.slice(0, 200)}' are refused`);
      }
      if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') {
        return refused('Requests that a browser makes for another site are refused');
      }
      return undefined;
    },
    checkAdmin: ({ host, origin, socket, token }) => {
      if (tokenIsGood(token)) return undefined;
      const local =
        origin === undefined &&
        isLoopbackName(hostName(host ?? '')) &&
        isLoopbackAddress(plainAddress(socket.remoteAddress));
      return local
        ? undefined
        : refused(
            'This path needs the header X-Faultline-Token, or a local client that is no browser',
          );
    },
  };
};
