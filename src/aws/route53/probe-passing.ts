import type { Chance } from '../../world/chance.ts';
import { passingOver, withoutGray, type Passing } from '../../world/passing.ts';
import type { Way } from '../../world/way.ts';
import type { HealthCheckConfig } from './entities.ts';
import { matchesString } from './health-check-config.ts';

/** Who probes what, and when. */
export interface ProbeMoment {
  /** The world's. */
  readonly seed: number;
  readonly checkerId: string;
  readonly healthCheckId: string;
  /** World time at which the probe begins, by its schedule. */
  readonly at: number;
}

/** What becomes of a probe on its way. */
export interface ProbePassing {
  readonly opening: Passing;
  /** Of the request, where one is sent. */
  readonly asking: Passing;
}

/** The chance of one of the things that a probe meets. */
export const chanceOf = (
  { seed, checkerId, healthCheckId, at }: ProbeMoment,
  what: string,
): Chance => ({ of: `route53/${what} ${seed} ${checkerId} ${healthCheckId}`, count: at, now: at });

/**
 * What becomes of a probe, live and modelled alike. A check that looks at a status code alone is shallow: a gray failure of
 * the endpoint's server does not meet it. One that looks for a text in the body asks as users do.
 */
export const probePassing = (
  way: Way,
  { type }: Pick<HealthCheckConfig, 'type'>,
  moment: ProbeMoment,
): ProbePassing => ({
  opening: passingOver(withoutGray(way), 1, chanceOf(moment, 'opening')),
  asking: passingOver(matchesString(type) ? way : withoutGray(way), 1, chanceOf(moment, 'asking')),
});
