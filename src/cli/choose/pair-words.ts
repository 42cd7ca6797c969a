import type { PairIncident } from '../../atlas/choose/pair-incidents.ts';
import type { PairDetails } from '../../atlas/choose/choose-pair.ts';

const regionsOf = (pair: PairDetails): { readonly primary: string; readonly fallback: string } => ({
  primary: pair.primary.candidate.region.code,
  fallback: pair.fallback.candidate.region.code,
});

/** What one incident would have done to the pair, in one sentence. */
export const incidentText = (pair: PairDetails, { effect }: PairIncident): string => {
  const { primary, fallback } = regionsOf(pair);
  switch (effect) {
    case 'primary-zone':
      return `one zone of ${primary}: its other zones carry on, ${fallback} is not needed`;
    case 'primary-lost':
      return `${primary} as a whole: users go to ${fallback}`;
    case 'fallback-zone':
      return `one zone of ${fallback}: users notice nothing`;
    case 'fallback-lost':
      return `${fallback} as a whole: users notice nothing, but have no fallback meanwhile`;
    case 'both-lost':
      return `${primary} and ${fallback} within days of each other: the pair would not have held`;
  }
};

/** What the facts say of the two failing together: zone, country and grid. */
export const independenceText = (pair: PairDetails): string => {
  const { independence } = pair;
  const { primary, fallback } = regionsOf(pair);
  const zone = independence.sharesZone ? 'share a zone' : 'share no zone';
  const country = independence.sharesCountry ? 'the same country' : 'two countries';
  const { sharesGrid, primaryGrid, fallbackGrid } = independence;
  if (sharesGrid === undefined) {
    const unknown = primaryGrid === undefined ? primary : fallback;
    return `${zone}; ${country}; the grid of ${unknown} is not known`;
  }
  const grid = sharesGrid
    ? `one grid (${primaryGrid ?? ''})`
    : `two grids (${primaryGrid ?? ''}; ${fallbackGrid ?? ''})`;
  return `${zone}; ${country}; ${grid}`;
};
