import { areaText } from '../../atlas/choose/area.ts';
import type { LimitSensitivity, RegionChoice } from '../../atlas/choose/choose-region.ts';
import { criteria, normalisedWeights, type Requirements } from '../../atlas/choose/requirements.ts';
import type { WeightSensitivity } from '../../atlas/choose/sensitivity.ts';

/** `60 %`, `33.3 %`: a share from 0 to 1, to a tenth of a percent. */
export const percentText = (share: number): string => `${Math.round(share * 1000) / 10} %`;

const quantity = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 3 });

/** `London, GB 60 %, Berlin, DE 40 %`; long lists are cut. */
export const usersText = (needs: Requirements): string => {
  const shown = needs.users.slice(0, 6);
  const others = needs.users.length - shown.length;
  const text = shown
    .map(({ name, sharePercent }) => `${name} ${percentText(sharePercent / 100)}`)
    .join(' · ');
  return others > 0 ? `${text} · and ${others} more places` : text;
};

/** What is bought and demanded, in one line; empty when nothing is. */
export const needsText = (needs: Requirements): string => {
  const parts = needs.instances.map(({ type, count }) => `${count} x ${type}`);
  if (needs.storageGb > 0) parts.push(`${quantity(needs.storageGb)} GB gp3`);
  if (needs.egressGb > 0) parts.push(`${quantity(needs.egressGb)} GB a month to the internet`);
  if (needs.services.length > 0) parts.push(needs.services.join(', '));
  if (needs.within.length > 0) parts.push(`within ${needs.within.map(areaText).join(' or ')}`);
  if (needs.maxLatencyMs !== undefined)
    parts.push(`at most ${needs.maxLatencyMs} ms for every user`);
  return parts.join(' · ');
};

/** `price 50 %, latency 50 %`. */
export const weightsText = (needs: Requirements): string => {
  const weights = normalisedWeights(needs);
  const counted = criteria.filter((criterion) => weights[criterion] > 0);
  return counted.length === 0
    ? 'nothing that can be measured'
    : counted.map((criterion) => `${criterion} ${percentText(weights[criterion])}`).join(', ');
};

/** `eu-west-1 wins unless price counts more than 60 % (then eu-north-1)`. */
export const weightSensitivityText = (one: WeightSensitivity): string => {
  const { criterion, winner, winsFrom, winsTo, below, above } = one;
  const low = percentText(winsFrom);
  const high = percentText(winsTo);
  if (below === undefined && above === undefined) {
    return `${winner} wins however much ${criterion} counts`;
  }
  if (below === undefined) {
    if (winsTo === 0)
      return `${winner} wins only while ${criterion} does not count (then ${above ?? ''})`;
    const beyond = winsTo === 1 ? 'alone counts' : `counts more than ${high}`;
    return `${winner} wins unless ${criterion} ${beyond} (then ${above ?? ''})`;
  }
  if (above === undefined) {
    const beyond = winsFrom === 0 ? 'does not count' : `counts less than ${low}`;
    return `${winner} wins unless ${criterion} ${beyond} (then ${below})`;
  }
  return `${winner} wins while ${criterion} counts between ${low} and ${high} (less: ${below}; more: ${above})`;
};

/** `without --max-latency us-east-1 would win (worst 140 ms)`. */
export const limitSensitivityText = ({ limit, instead }: LimitSensitivity): string => {
  const { region, latency } = instead;
  const detail =
    limit === 'within'
      ? `it lies in ${region.country}`
      : `${latency.worst?.group.name ?? ''} is ${latency.worst?.roundTrip.ms ?? 0} ms away`;
  return `without --${limit} ${region.code} would win (${detail})`;
};

/** Who else could be first, for all that is known of the round trips; empty when nobody. */
const withinErrorText = ({ withinError, ranking }: RegionChoice): string => {
  const names = withinError.map(({ region }) => region.code);
  const first = ranking[0]?.candidate.region.code ?? '';
  return names.length === 0
    ? ''
    : `the round trips are not sure enough to tell ${first} from ${names.join(', ')}`;
};

/** What would change the first place, one sentence each. */
export const sensitivityTexts = (choice: RegionChoice): readonly string[] =>
  [
    ...choice.weights.map(weightSensitivityText),
    ...choice.limits.map(limitSensitivityText),
    withinErrorText(choice),
  ].filter((text) => text !== '');

/** Why nothing fits, and which limit must give way by how much: one line. */
export const nothingFitsText = (choice: RegionChoice, needs: Requirements): string => {
  const ways = choice.relaxations.map(({ limit, candidate, neededMs }) => {
    const { code, country } = candidate.region;
    if (limit === 'within') {
      return `let --within take in ${country} (${code})`;
    }
    const more = (neededMs ?? 0) - (needs.maxLatencyMs ?? 0);
    const amount = Math.round(more * 100) / 100;
    return `raise --max-latency from ${needs.maxLatencyMs ?? 0} to ${neededMs ?? 0} (${amount} ms more: ${code})`;
  });
  const joint = choice.isEachEnough ? ', or ' : ' and ';
  return `no Region fits: all ${choice.excluded.length} are excluded. To relax: ${ways.join(joint)}.`;
};

/** The first price step of traffic to the internet ends here, in GB a month. */
const firstEgressStepGb = 10_240;

const unknownPrices = (choice: RegionChoice): string => {
  const total = choice.ranking.length;
  const parts = (['instances', 'storage', 'egress'] as const).flatMap((part) => {
    const unknown = choice.ranking.filter(({ candidate }) => candidate.monthlyUsd[part] === null);
    return unknown.length === 0 ? [] : [`${part} in ${unknown.length} of ${total}`];
  });
  return parts.length === 0 ? '' : `No price is known for ${parts.join(', ')} Regions.`;
};

/** How the figures are to be read, and what they leave out: one sentence each. */
export const choiceNotes = (choice: RegionChoice, needs: Requirements): readonly string[] =>
  [
    'Score: for each criterion the best value of all divided by its own, weighted; 100 is best in everything.',
    choice.ranking.some(({ isUncertain }) => isUncertain)
      ? '"?": something that counts is unknown, so it ranks behind those where all of it is known.'
      : '',
    needs.users.length > 0
      ? '"~": a round trip estimated from where the places are, not measured.'
      : '',
    unknownPrices(choice),
    needs.egressGb > firstEgressStepGb
      ? 'Traffic beyond 10 TB a month is priced like the first 10 TB: an upper bound.'
      : '',
    needs.services.length > 0
      ? 'A service is missing where no list shows it, which is no proof that it is not there.'
      : '',
    'USD: on demand, 730 hours a month. gCO2e/kWh: the grid in 2024, not what AWS buys.',
  ].filter((note) => note !== '');
