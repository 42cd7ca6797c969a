import type { Candidate } from '../../atlas/choose/candidate.ts';
import type { RegionChoice } from '../../atlas/choose/choose-region.ts';
import type { PairDetails } from '../../atlas/choose/choose-pair.ts';
import type { Requirements } from '../../atlas/choose/requirements.ts';
import { msText } from './choice-text.ts';
import { worldMap, type MapArc, type MapRegion } from './world-map.ts';

/** Where an arc changes its colour: what people call instant, and what they begin to feel in each click. */
const nearMs = 50;
const middleMs = 120;

const arcKind = (ms: number): MapArc['kind'] => {
  if (ms <= nearMs) return 'near';
  return ms <= middleMs ? 'middle' : 'far';
};

const userArcs = (candidate: Candidate, kind: MapArc['kind'] | undefined): readonly MapArc[] =>
  candidate.latency.groups.map(({ group, roundTrip }) => ({
    from: group.place,
    to: candidate.region,
    kind: kind ?? arcKind(roundTrip.ms),
    title: `${group.name} to ${candidate.region.code}: ${msText(roundTrip.ms, roundTrip.basis)}`,
  }));

const replicaArc = (pair: PairDetails): MapArc => {
  const primary = pair.primary.candidate.region;
  const fallback = pair.fallback.candidate.region;
  return {
    from: primary,
    to: fallback,
    kind: 'replica',
    title: `${primary.code} to ${fallback.code}: ${msText(pair.roundTrip.ms, pair.roundTrip.basis)}`,
  };
};

/** The map of a choice: users, Regions, who is how far from the first place; with a pair both of it and its link. */
export const choiceMap = (
  choice: RegionChoice,
  pair: PairDetails | undefined,
  needs: Requirements,
): string => {
  const first = pair?.primary.candidate ?? choice.ranking[0]?.candidate;
  const second = pair?.fallback.candidate;
  const stateOf = (code: string, isExcluded: boolean): MapRegion['state'] => {
    if (code === first?.region.code) return 'first';
    if (code === second?.region.code) return 'second';
    return isExcluded ? 'excluded' : 'ranked';
  };
  const regions: readonly MapRegion[] = [
    ...choice.ranking.map(({ candidate }, index) => ({
      ...candidate.region,
      title: `${candidate.region.code}, ${candidate.region.longName}: number ${index + 1}`,
      state: stateOf(candidate.region.code, false),
    })),
    ...choice.excluded.map(({ candidate, reason }) => ({
      ...candidate.region,
      title: `${candidate.region.code}, ${candidate.region.longName}: excluded, ${reason}`,
      state: stateOf(candidate.region.code, true),
    })),
  ];
  const arcs = [
    ...(second === undefined ? [] : userArcs(second, 'lost')),
    ...(first === undefined ? [] : userArcs(first, undefined)),
    ...(pair === undefined ? [] : [replicaArc(pair)]),
  ];
  const users = needs.users.map(({ name, place, sharePercent }) => ({
    latitude: place.latitude,
    longitude: place.longitude,
    name,
    sharePercent,
  }));
  return worldMap(regions, users, arcs);
};

const dot = (state: string): string =>
  `<svg viewBox="0 0 26 14"><circle class="region ${state}" cx="13" cy="7" r="6"/></svg>`;

const line = (kind: string): string =>
  `<svg viewBox="0 0 26 14"><path class="arc ${kind}" d="M1 7H25"/></svg>`;

/** What the colours mean. */
export const legend = (isPair: boolean, hasExcluded: boolean): string =>
  [
    `${dot('first')}${isPair ? 'primary' : 'first place'}`,
    ...(isPair ? [`${dot('second')}fallback`] : []),
    `${dot('ranked')}ranked`,
    ...(hasExcluded ? [`${dot('excluded')}excluded`] : []),
    `<svg viewBox="0 0 26 14"><circle class="users" cx="13" cy="7" r="6"/></svg>users, by share`,
    `${line('near')}up to ${nearMs} ms`,
    `${line('middle')}up to ${middleMs} ms`,
    `${line('far')}more`,
    ...(isPair ? [`${line('lost')}when the primary is lost`, `${line('replica')}replica`] : []),
  ]
    .map((text) => `<span>${text}</span>`)
    .join('');
