import facts from './facts/incidents.json' with { type: 'json' };

/** A failure of a part of AWS that was reported in public. */
export interface Incident {
  /** YYYY-MM-DD, at the place of the report's clock. */
  readonly date: string;
  readonly region: string;
  /** The zones that the report names, for example `use1-az4`; none where it names none. */
  readonly zoneIds: readonly string[];
  /** Whether it stayed in one zone, or hit those who were in several zones, too. */
  readonly hit: 'zone' | 'region';
  readonly scope: string;
  readonly cause: string;
  /** When and how long, in the words of the report. */
  readonly duration: string;
  readonly source: string;
}

/** A scope that begins with the Region, or ends with its loss, was more than a zone. */
const hitOf = (scope: string): Incident['hit'] =>
  /^Region|Region later unavailable/.test(scope) ? 'region' : 'zone';

/** Known incidents, oldest first; the list is a selection. */
export const incidents: readonly Incident[] = facts.map((fact) => ({
  date: fact.date,
  region: fact.region,
  zoneIds: fact.zone?.match(/[a-z]+\d-az\d/g) ?? [],
  hit: hitOf(fact.scope),
  scope: fact.scope,
  cause: fact.cause,
  duration: fact.duration,
  source: fact.src,
}));

/** The incidents of one Region, oldest first. */
export const incidentsOf = (region: string): readonly Incident[] =>
  incidents.filter((incident) => incident.region === region);
