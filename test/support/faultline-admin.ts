import { Resolver } from 'node:dns/promises';

/** An answer of the admin API. */
export interface AdminAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** Calls the admin API: `/_faultline` and a path. The caller knows what is answered there. */
export const callAdmin = async <Body = unknown>(
  endpoint: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<AdminAnswer<Body>> => {
  const response = await fetch(`${endpoint}/_faultline${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.status, body: (await response.json()) as Body };
};

const insist = async <Body>(
  endpoint: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> => {
  const answer = await callAdmin<Body>(endpoint, method, path, body);
  if (answer.status === 200) return answer.body;
  throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
};

/** Breaks something and answers the fault's id. */
export const breakTarget = async (
  endpoint: string,
  target: string,
  effect: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const request = { target, effect, ...more };
  const { id } = await insist<{ readonly id: string }>(endpoint, 'POST', '/faults', request);
  return id;
};

/** Mends a fault by its id. */
export const mendFault = async (endpoint: string, id: string): Promise<void> => {
  await insist(endpoint, 'DELETE', `/faults/${id}`);
};

/** Where the real socket of an address, a name or an instance is: `host:port`. */
export const realSocket = async (endpoint: string, of: string, port: number): Promise<string> => {
  const path = `/address?of=${of}&port=${port}`;
  const real = await insist<{ readonly address: string; readonly port: number }>(
    endpoint,
    'GET',
    path,
  );
  return `${real.address}:${real.port}`;
};

/** The IPv4 addresses of a name by a DNS server on this machine, in order; empty when there are none. */
export const resolveName = async (dnsPort: number, name: string): Promise<readonly string[]> => {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${dnsPort}`]);
  try {
    return (await resolver.resolve4(name)).toSorted();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
    throw error;
  }
};

/** How an HTTP server answers, or does not: `silent` when nothing came, `refused` when the connection was. */
export const httpAnswer = async (
  socket: string,
  path = '/',
  patienceMs = 1000,
): Promise<{ readonly status: number; readonly text: string } | 'silent' | 'refused'> => {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    // Each request on a connection of its own: one that the other side is closing says nothing of a server.
    const headers = { connection: 'close' };
    const response = await fetch(`http://${socket}${path}`, {
      headers,
      signal,
      redirect: 'manual',
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const { name, cause } = error as {
      readonly name: string;
      readonly cause?: { readonly code?: string };
    };
    if (name === 'TimeoutError') return 'silent';
    if (cause?.code === 'ECONNREFUSED') return 'refused';
    throw error;
  }
};
