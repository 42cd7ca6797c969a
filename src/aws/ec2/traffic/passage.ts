/** What of a connection TCP and UDP have in common: the destination's port decides. */
export type TransportProtocol = 'tcp' | 'udp';

/** Whether a connection may begin, and what stands in its way: AWS drops its packets there in silence. */
export type Passage =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly by: 'security-group' | 'network-acl' | 'route';
      /** For a person: which resource lacks or forbids what. */
      readonly detail: string;
    };

export const passes: Passage = { allowed: true };

export const stopped = (
  by: Exclude<Passage, { readonly allowed: true }>['by'],
  detail: string,
): Passage => ({ allowed: false, by, detail });

/** The first that stands in the way. */
export const firstStop = (checks: readonly (() => Passage)[]): Passage => {
  for (const check of checks) {
    const passage = check();
    if (!passage.allowed) return passage;
  }
  return passes;
};

/** For example `TCP 8080`. */
export const portText = (protocol: TransportProtocol, port: number): string =>
  `${protocol.toUpperCase()} ${port}`;
