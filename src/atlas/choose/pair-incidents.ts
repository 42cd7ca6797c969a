import type { Incident } from '../incidents.ts';

/** What a past incident would have done to a stack in several zones of a primary, with a fallback. */
type IncidentEffect =
  /** A zone of the primary: the other zones carry on. */
  | 'primary-zone'
  /** The primary as a whole: users go to the fallback. */
  | 'primary-lost'
  /** The fallback or a zone of it: nobody notices, but there is less to fall back on meanwhile. */
  | 'fallback-zone'
  | 'fallback-lost'
  /** Primary and fallback as a whole, one within days of the other. */
  | 'both-lost';

/** One incident, seen from a pair. */
export interface PairIncident {
  readonly incident: Incident;
  readonly effect: IncidentEffect;
}

/** Incidents that took Regions for months are together when they began at most this many days apart. */
const togetherDays = 7;

/** Days since a fixed day, good for differences (the civil-from-days formula of the proleptic Gregorian calendar). */
const dayNumber = (date: string): number => {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const shiftedYear = month > 2 ? year : year - 1;
  const shiftedMonth = month > 2 ? month - 3 : month + 9;
  return (
    365 * shiftedYear +
    Math.floor(shiftedYear / 4) -
    Math.floor(shiftedYear / 100) +
    Math.floor(shiftedYear / 400) +
    Math.floor((153 * shiftedMonth + 2) / 5) +
    day
  );
};

const areTogether = (a: Incident, b: Incident): boolean =>
  Math.abs(dayNumber(a.date) - dayNumber(b.date)) <= togetherDays;

/** The incidents of the facts that hit one of the two, oldest first; those that hit neither are left out. */
export const pairIncidents = (
  primary: string,
  fallback: string,
  incidents: readonly Incident[],
): readonly PairIncident[] => {
  const ofPair = incidents.filter(({ region }) => region === primary || region === fallback);
  const whole = ofPair.filter(({ hit }) => hit === 'region');
  return ofPair.map((incident) => {
    const isPrimary = incident.region === primary;
    if (incident.hit === 'zone') {
      return { incident, effect: isPrimary ? 'primary-zone' : 'fallback-zone' };
    }
    const isBoth = whole.some(
      (other) => other.region !== incident.region && areTogether(other, incident),
    );
    if (isBoth) return { incident, effect: 'both-lost' };
    return { incident, effect: isPrimary ? 'primary-lost' : 'fallback-lost' };
  });
};
