import { hash32 } from '../../../atlas/hash.ts';
import { coversType, type CapacityStock } from '../../../atlas/supply.ts';
import type { CapacityCondition } from '../../../world/shortage.ts';
import type { View } from '../../../world/transaction.ts';
import {
  Instances,
  type Instance,
  type InstanceStateName,
} from '../instances/instance-entities.ts';
import { instanceTypeFacts } from '../instances/instance-type-facts.ts';

/** The vCPUs that one instance of the type takes from its zone. */
export const vcpusOf = (instanceType: string): number =>
  instanceTypeFacts(instanceType)?.VCpuInfo?.DefaultVCpus ?? 1;

/** States in which a machine stands in its zone and no one else can have it. */
const occupying: ReadonlySet<InstanceStateName> = new Set(['pending', 'running', 'stopping']);

/** Whether an instance has a machine in its zone. One that is terminated after it was stopped has none any more. */
export const isOccupying = ({ state, bootedAt }: Instance): boolean =>
  occupying.has(state) || (state === 'shutting-down' && bootedAt !== null);

/** Instances that take from a zone's stock, or are about to. */
export type Occupant = Pick<Instance, 'instanceType' | 'zoneId'>;

/** All that stands in a zone, of every account: its stock is one for all. */
export const occupantsOf = (view: View, zoneId: string): readonly Occupant[] =>
  [...new Set([...view.accounts(), view.account])].flatMap((account) =>
    view.forAccount(account).find(Instances, 'zone', zoneId).filter(isOccupying),
  );

/** The vCPUs of a stock that are taken. */
export const takenVcpus = (stock: CapacityStock, occupants: readonly Occupant[]): number =>
  occupants
    .filter(({ zoneId, instanceType }) =>
      zoneId === stock.zoneId ? coversType(stock.types, instanceType) : false,
    )
    .reduce((sum, { instanceType }) => sum + vcpusOf(instanceType), 0);

/** The vCPUs of a stock that are there while a share of it is gone, whole ones; taken ones among them. */
const presentVcpus = (stock: CapacityStock, goneShare: number): number =>
  // What is left of 10 without 0.8 of it is 2, whatever binary fractions make of that.
  Math.floor(stock.vcpus * (1 - goneShare) + 1e-9);

/** What decides how many instances of a type a zone with power can launch. */
export interface StockQuestion {
  readonly instanceType: string;
  readonly zoneId: string;
  readonly stocks: readonly CapacityStock[];
  readonly condition: CapacityCondition;
  /** What takes from the stocks; not asked for when there are none. */
  readonly occupants: () => readonly Occupant[];
  /** A whole number that is another one for each request. */
  readonly draw: () => number;
}

/**
 * How many more instances of the type fit into the zone. With stocks it is what the smallest of those that cover the type
 * has left. Without, a zone is endless; of an endless zone of which a share is gone, that share of the requests gets
 * nothing: which ones follows from the draw, the zone and the seed of the faults.
 */
export const roomFor = (question: StockQuestion): number => {
  const { instanceType, zoneId, condition } = question;
  const { goneShare, seed } = condition;
  if (goneShare >= 1) return 0;
  const stocks = question.stocks.filter((stock) => coversType(stock.types, instanceType));
  if (stocks.length > 0) {
    const occupants = question.occupants();
    const left = stocks.map(
      (stock) => presentVcpus(stock, goneShare) - takenVcpus(stock, occupants),
    );
    return Math.max(0, Math.floor(Math.min(...left) / vcpusOf(instanceType)));
  }
  if (goneShare === 0) return Infinity;
  return hash32(question.draw(), seed, zoneId) / 2 ** 32 < goneShare ? 0 : Infinity;
};
