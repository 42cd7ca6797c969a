/**
 * Facts that an account of AWS told, newer than those that Faultline comes with. They have a place of their own so that
 * a world never depends on them: `up` and drills go by the facts of the release, which are the same for everyone.
 */
export interface RefreshedFacts {
  /** Whom and what was asked: a text for a person. */
  readonly source: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly regions: Readonly<
    Record<
      string,
      {
        readonly optIn: boolean;
        /** Null where the account cannot ask: a Region that it has not enabled. */
        readonly zoneIds: readonly string[] | null;
        /** Ids as the public parameters have them. */
        readonly services: readonly string[];
      }
    >
  >;
  /** The names of the services that this version does not know. */
  readonly newServices: Readonly<Record<string, string>>;
  /** USD, by Region, then by `m5.large` (an hour), `gp3` (a GB-month), `nat` (an hour), `egress` (a GB). */
  readonly prices: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

let current: RefreshedFacts | undefined;

/** From now on choosing goes by these where they say anything; undefined goes back to the facts of the release. */
export const useRefreshedFacts = (facts: RefreshedFacts | undefined): void => {
  current = facts;
};

/** What an account told of a price. */
export const refreshedPrice = (
  region: string,
  what: string,
): { readonly value: number; readonly source: string; readonly date: string } | undefined => {
  const value = current?.prices[region]?.[what];
  if (current === undefined || value === undefined) return undefined;
  return { value, source: current.source, date: current.date };
};

/** Whether an account said that a service is in a Region; undefined where it said nothing. */
export const refreshedService = (serviceId: string, region: string): boolean | undefined => {
  const services = current?.regions[region]?.services;
  return services === undefined || services.length === 0 ? undefined : services.includes(serviceId);
};
