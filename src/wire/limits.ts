/** Bounds on what one client can ask of the endpoint; beyond each the answer is a 4xx at once. */
export interface WireLimits {
  /** Longest body, in bytes. */
  readonly bodyBytes: number;
  /** From the connection's first byte to the end of the request's head. */
  readonly headMs: number;
  /** From the request's first byte to the end of its body. */
  readonly requestMs: number;
  readonly connections: number;
  /** How long a request to a dead Region hangs before its connection is dropped. */
  readonly silenceMs: number;
}

export const defaultLimits: WireLimits = {
  bodyBytes: 16 * 1_024 * 1_024,
  headMs: 60_000,
  requestMs: 60_000,
  connections: 1_000,
  silenceMs: 60_000,
};

/** Deepest nesting of a request's members, in any protocol. */
export const deepestNesting = 64;

/** Highest index of a list in a query request. */
export const highestListIndex = 1_000;

/** Most parameters, elements or JSON values in one request: a bound on the memory that a body can unfold to. */
export const mostParameters = 100_000;
