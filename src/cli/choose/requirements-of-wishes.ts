import { areaNames, readArea, type Area } from '../../atlas/choose/area.ts';
import { nearestNames } from '../../atlas/choose/nearest-names.ts';
import {
  criteria,
  defaultWeights,
  type Criterion,
  type InstanceNeed,
  type Requirements,
  type Weights,
} from '../../atlas/choose/requirements.ts';
import { countryCode, countryNames } from '../../atlas/gazetteer.ts';
import { pricedInstanceTypes } from '../../atlas/prices.ts';
import { findService } from '../../atlas/services.ts';
import { UsageError } from '../../text/usage-error.ts';
import { userGroupsOf } from './user-groups.ts';
import { orNames, readAmount } from './wish-words.ts';
import type { Wishes } from './wishes.ts';

const amount = (option: string, text: string | undefined): number =>
  text === undefined ? 0 : readAmount(option, text);

const readLimit = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const ms = readAmount('--max-latency', text.replace(/\s*ms$/, ''));
  if (ms === 0) {
    throw new UsageError('--max-latency 0 is impossible: nothing answers in no time.');
  }
  return ms;
};

const readWeights = (text: string | undefined): Weights => {
  if (text === undefined) return defaultWeights;
  const weights: Record<Criterion, number> = { price: 0, latency: 0, carbon: 0 };
  for (const part of text.split(',')) {
    const [name = '', value = '', ...rest] = part.split('=').map((word) => word.trim());
    const criterion = criteria.find((one) => one === name);
    if (criterion === undefined || rest.length > 0) {
      throw new UsageError(
        `--weights: '${part.trim()}' weighs nothing; they read like price=1,latency=1,carbon=0.`,
      );
    }
    weights[criterion] = readAmount(`--weights ${name}`, value);
  }
  if (criteria.every((criterion) => weights[criterion] === 0)) {
    throw new UsageError('--weights: one of price, latency and carbon must count more than 0.');
  }
  return weights;
};

const readAreas = (text: string | undefined): readonly Area[] =>
  (text ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const area = readArea(part, countryCode);
      if (area !== undefined) return area;
      const nearest = nearestNames(part, [...areaNames, ...countryNames()]);
      throw new UsageError(
        `--within: '${part.trim()}' is neither EU, a country's code nor a continent${orNames(nearest)}.`,
      );
    });

const readServices = (wanted: readonly string[]): readonly string[] => {
  const ids = wanted
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      const lookup = findService(text);
      if (lookup.kind === 'found') return lookup.service.id;
      if (lookup.kind === 'ambiguous') {
        const ids = lookup.candidates.map(({ id }) => `'${id}'`).join(' or ');
        throw new UsageError(`--service: '${text}' may be ${ids}: say which.`);
      }
      throw new UsageError(
        `--service: there is no service '${text}' in the facts${orNames(lookup.nearest)}.`,
      );
    });
  return [...new Set(ids)];
};

/** Types that have a price, and types that this program knows otherwise: their price is unknown, not their name. */
const knownTypes = async (): Promise<readonly string[]> => {
  const { knownInstanceTypes } = await import('../../aws/ec2/instances/instance-type-facts.ts');
  return [...new Set([...pricedInstanceTypes, ...knownInstanceTypes])];
};

const readInstance = async (text: string): Promise<InstanceNeed> => {
  const [type = '', count = '1', ...rest] = text.split(':').map((part) => part.trim());
  if (rest.length > 0 || !/^[1-9]\d{0,6}$/.test(count)) {
    throw new UsageError(
      `--instance: '${text}' is not TYPE:COUNT with a count from 1 on, such as m5.large:4.`,
    );
  }
  if (!pricedInstanceTypes.includes(type)) {
    const types = await knownTypes();
    if (!types.includes(type)) {
      throw new UsageError(
        `--instance: there is no instance type '${type}' in the facts${orNames(nearestNames(type, types))}.`,
      );
    }
  }
  return { type, count: Number(count) };
};

/** Looks all names up. What is wrong is a UsageError of one line that names the option and the nearest valid names. */
export const requirementsOf = async (wishes: Wishes): Promise<Requirements> => {
  const users = userGroupsOf(wishes.users);
  const instances: InstanceNeed[] = [];
  for (const text of wishes.instances.flatMap((one) => one.split(','))) {
    instances.push(await readInstance(text));
  }
  const needs: Requirements = {
    users,
    services: readServices(wishes.services),
    instances,
    storageGb: amount('--storage-gb', wishes.storageGb),
    egressGb: amount('--egress-gb', wishes.egressGb),
    within: readAreas(wishes.within),
    maxLatencyMs: readLimit(wishes.maxLatencyMs),
    weights: readWeights(wishes.weights),
  };
  if (needs.users.length === 0 && needs.maxLatencyMs !== undefined) {
    throw new UsageError('--max-latency needs --users: latency is that of users.');
  }
  const isEmpty =
    needs.users.length + needs.services.length + needs.instances.length + needs.within.length ===
      0 && needs.storageGb + needs.egressGb === 0;
  if (isEmpty) {
    throw new UsageError(
      'Say what the Region is for, such as --users London,GB:60 --users Berlin,DE:40 --instance m5.large:4.',
    );
  }
  return needs;
};
