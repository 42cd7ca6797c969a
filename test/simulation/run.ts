import { MachineReports, type Instance } from '../../src/aws/ec2/instances/instance-entities.ts';
import { canReadRoot } from '../../src/aws/ec2/storage/volume-io.ts';
import type { View } from '../../src/world/transaction.ts';
import type { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { execute, homeRegion, type Call } from '../../src/aws/execute.ts';
import type { Service } from '../../src/aws/operation.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import type { Entity, Table } from '../../src/world/entity.ts';
import type { MemoryJournalStore } from '../../src/store/memory-journal.ts';
import type { Random } from '../crash/random.ts';
import type { GroupWatch } from './group-steps.ts';
import type { Watch } from './watch.ts';

/** An account in a Region: a place of its own, in which resources are made. */
export interface Home {
  readonly region: string;
  readonly account: string;
}

/** One run of a seed: the world, and what chooses what happens in it. */
export interface Run {
  readonly seed: number;
  readonly random: Random;
  /** Apart, so that an operation more or less does not reshuffle everything else. */
  readonly strangersRandom: Random;
  readonly homes: readonly Home[];
  readonly store: MemoryJournalStore;
  readonly watch: Watch;
  readonly groupWatch: GroupWatch;
  /** The world now; another one after it was closed and opened again. */
  simulated: SimulatedWorld;
  /** Instances by id, with the name of the mock script that they were launched with. */
  readonly scripts: Map<string, string>;
  /** Operations that were answered well, as `ec2:RunInstances`. */
  readonly answered: Set<string>;
  /** What drivers complained of. */
  readonly complaints: string[];
  /** Counts up: names and tokens that are new each time. */
  names: number;
  /** Counts up: calls of the API. */
  calls: number;
}

/** A rule that does not hold: the message says what is wrong with what. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** The account of calls that anybody could make who only knows the wire: nothing that it does concerns another. */
export const strangersAccount = '999900001111';

export const newName = (run: Run, kind: string): string => {
  run.names += 1;
  return `${kind}-${run.names}`;
};

/** True once in so many times. */
export const once = (run: Run, times: number): boolean => run.random.below(times) === 0;

/** Some of a list, at least one when it has any. */
export const some = <T>(run: Run, list: readonly T[], most = 3): readonly T[] => {
  const first = run.random.pick(list);
  if (first === undefined) return [];
  const chosen = new Set([first]);
  for (let tried = run.random.below(most); tried > 0; tried -= 1) {
    const other = run.random.pick(list);
    if (other !== undefined) chosen.add(other);
  }
  return [...chosen];
};

/** Whether nothing of its disk keeps an instance from being up: it can be read, and its boot did not fail for want of space. */
export const isBootable = (view: View, instance: Instance): boolean =>
  canReadRoot(view, instance) && view.get(MachineReports, instance.id)?.phase !== 'failed';

/** One of a list that has some. */
export const oneOf = <T>(run: Run, list: readonly [T, ...T[]]): T =>
  run.random.pick(list) ?? list[0];

/** All of a kind that an account has in its Region. */
export const listOf = <T extends Entity>(run: Run, home: Home, table: Table<T>): readonly T[] =>
  run.simulated.world.view(home.region, home.account).list(table);

/** What a call came to: AWS's output, an error's code, or nothing while the API is silent. */
export type Answer = Readonly<Record<string, unknown>> | string | undefined;

const checked = (run: Run, call: Call): Answer => {
  const { world } = run.simulated;
  run.calls += 1;
  const { kind } = world.conditions.callFate(
    { region: homeRegion(call), service: call.service.name, operation: call.operation },
    { of: call.account, count: run.calls, now: world.clock.now() },
  );
  if (kind === 'silence') return undefined;
  if (kind !== 'served') return kind;
  const { output } = execute(world, call);
  const name = `${call.service.name}:${call.operation}`;
  if (isDomainError(output)) {
    if (output.code === '' || output.message === '') {
      throw new Broken(`${name} answers an error without a code or a message`);
    }
    return output.code;
  }
  if (typeof output !== 'object' || output === null) {
    throw new Broken(`${name} answers ${String(output)}, neither an output nor an error`);
  }
  run.answered.add(name);
  // An object that is no error is the operation's output.
  return output as Readonly<Record<string, unknown>>;
};

/** Calls an operation; it answers an output, or an error that has a code and a message. */
export const call = (
  run: Run,
  home: Home,
  service: Service,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Answer => {
  try {
    return checked(run, { service, operation, ...home, input });
  } catch (error) {
    if (error instanceof Broken) throw error;
    const what = `${service.name}:${operation} in ${home.region} with ${JSON.stringify(input)} throws`;
    throw new Broken(what, { cause: error });
  }
};
