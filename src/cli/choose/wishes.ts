/** What the command line or a file says of a choice, before names are looked up. */
export interface Wishes {
  /** `CITY[,CC]:SHARE` each. */
  readonly users: readonly string[];
  readonly services: readonly string[];
  /** `TYPE:COUNT` each. */
  readonly instances: readonly string[];
  readonly storageGb: string | undefined;
  readonly egressGb: string | undefined;
  /** Several are divided by commas. */
  readonly within: string | undefined;
  readonly maxLatencyMs: string | undefined;
  /** `price=1,latency=1,carbon=0`. */
  readonly weights: string | undefined;
  readonly pair: boolean | undefined;
}

/** The options of the command line on top of what a file says: a list that is given replaces the file's. */
export const withOptions = (file: Wishes, options: Wishes): Wishes => ({
  users: options.users.length > 0 ? options.users : file.users,
  services: options.services.length > 0 ? options.services : file.services,
  instances: options.instances.length > 0 ? options.instances : file.instances,
  storageGb: options.storageGb ?? file.storageGb,
  egressGb: options.egressGb ?? file.egressGb,
  within: options.within ?? file.within,
  maxLatencyMs: options.maxLatencyMs ?? file.maxLatencyMs,
  weights: options.weights ?? file.weights,
  pair: options.pair ?? file.pair,
});
