import type { Random } from './random.ts';

/** The faults that were acknowledged as open and as mended, and those that the crash left open. */
export interface FaultLedger {
  readonly open: Set<string>;
  readonly mended: Set<string>;
  readonly unknown: Set<string>;
}

/** A ledger of no fault. */
export const createFaultLedger = (): FaultLedger => ({
  open: new Set(),
  mended: new Set(),
  unknown: new Set(),
});

/** Zones where the writers have nothing, so that a fault there is in nobody's way. */
const targets = [
  'zone/euw2-az1',
  'zone/euw2-az2',
  'zone/use2-az1',
  'zone/use2-az3',
  'region/ca-central-1',
];

const most = 6;

interface FaultAnswer {
  readonly id: string;
}

const call = async (
  endpoint: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> => {
  const response = await fetch(`${endpoint}/_faultline${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Refused(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
};

class Refused extends Error {}

const openOne = async (endpoint: string, ledger: FaultLedger, random: Random): Promise<void> => {
  const target = random.pick(targets) ?? '';
  // The admin API answers an id to a POST of a fault.
  const { id } = (await call(endpoint, 'POST', '/faults', {
    target,
    effect: 'network',
  })) as FaultAnswer;
  ledger.open.add(id);
};

const mendOne = async (endpoint: string, ledger: FaultLedger, random: Random): Promise<void> => {
  const id = random.pick([...ledger.open]);
  if (id === undefined) return;
  ledger.open.delete(id);
  ledger.unknown.add(id);
  await call(endpoint, 'DELETE', `/faults/${id}`);
  ledger.unknown.delete(id);
  ledger.mended.add(id);
};

/** Opens and mends faults until `isOver` or until the connection breaks; rejects when one is refused. */
export const writeFaults = async (
  endpoint: string,
  ledger: FaultLedger,
  random: Random,
  isOver: () => boolean,
): Promise<void> => {
  while (!isOver()) {
    try {
      await (ledger.open.size < most && random.below(2) === 0
        ? openOne(endpoint, ledger, random)
        : mendOne(endpoint, ledger, random));
    } catch (error) {
      if (error instanceof Refused) throw error;
      // The process was killed under the call.
      return;
    }
  }
};

/** Compares the open faults with what was acknowledged, and settles what the crash left open. */
export const checkFaults = async (
  endpoint: string,
  ledger: FaultLedger,
): Promise<readonly string[]> => {
  // The admin API lists the open faults with their ids.
  const { faults } = (await call(endpoint, 'GET', '/faults')) as {
    readonly faults: readonly FaultAnswer[];
  };
  const there = new Set(faults.map(({ id }) => id));
  const problems = [
    ...[...ledger.open]
      .filter((id) => !there.has(id))
      .map((id) => `fault ${id} was open and is gone`),
    ...[...ledger.mended]
      .filter((id) => there.has(id))
      .map((id) => `fault ${id} was mended and is open`),
  ];
  // What the crash cut short is now known, and so are faults whose opening nobody heard of.
  ledger.unknown.clear();
  ledger.open.clear();
  for (const id of there) ledger.open.add(id);
  return problems;
};
