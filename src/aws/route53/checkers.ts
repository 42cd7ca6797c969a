/** One of Route 53's health checkers: from where it probes and the address that it probes from. */
export interface Checker {
  /** Stable in every world: `us-east-1/a`. */
  readonly id: string;
  readonly region: string;
  readonly ipAddress: string;
}

/**
 * The Regions that health checkers probe from (the API's HealthCheckRegion), with address ranges that stand for
 * those AWS publishes (service ROUTE53_HEALTHCHECKS of ip-ranges.json).
 */
const checkerNetworks: readonly (readonly [region: string, network: string])[] = [
  ['us-east-1', '54.243.31.'],
  ['us-west-1', '54.183.255.'],
  ['us-west-2', '54.244.52.'],
  ['eu-west-1', '54.228.16.'],
  ['ap-southeast-1', '54.255.254.'],
  ['ap-southeast-2', '54.252.254.'],
  ['ap-northeast-1', '54.250.253.'],
  ['sa-east-1', '177.71.207.'],
];

/** The Regions that a health check may be made from. */
export const checkerRegions: readonly string[] = checkerNetworks.map(([region]) => region);

/** The fewest Regions that a health check must be made from (API model, HealthCheckRegionList). */
export const fewestCheckerRegions = 3;

/** What GetCheckerIpRanges gives. */
export const checkerIpRanges: readonly string[] = checkerNetworks.map(
  ([, network]) => `${network}192/26`,
);

/** All checkers: two in each Region, as people see in the status of their checks (15 or 16 in all). */
export const checkers: readonly Checker[] = checkerNetworks.flatMap(([region, network]) => [
  { id: `${region}/a`, region, ipAddress: `${network}201` },
  { id: `${region}/b`, region, ipAddress: `${network}233` },
]);

/** The checkers of a health check: those of its Regions, all when it names none. */
export const checkersIn = (regions: readonly string[]): readonly Checker[] =>
  regions.length === 0 ? checkers : checkers.filter((checker) => regions.includes(checker.region));
