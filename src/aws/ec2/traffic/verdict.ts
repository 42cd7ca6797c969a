/** What of a connection TCP and UDP have in common: the destination's port decides. */
export type TransportProtocol = 'tcp' | 'udp';

/** Whether a connection may begin, and what stands in its way: AWS drops its packets there in silence. */
export type Verdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly by: 'security-group' | 'network-acl' | 'route';
      /** For a person: which resource lacks or forbids what. */
      readonly detail: string;
    };

export const accepted: Verdict = { allowed: true };

export const dropped = (
  by: Exclude<Verdict, { readonly allowed: true }>['by'],
  detail: string,
): Verdict => ({ allowed: false, by, detail });

/** The first that stands in the way. */
export const firstDrop = (checks: readonly (() => Verdict)[]): Verdict => {
  for (const check of checks) {
    const verdict = check();
    if (!verdict.allowed) return verdict;
  }
  return accepted;
};

/** For example `TCP 8080`. */
export const portText = (protocol: TransportProtocol, port: number): string =>
  `${protocol.toUpperCase()} ${port}`;
