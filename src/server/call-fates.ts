import type { ApiCall, CallFate } from '../world/conditions.ts';
import { worldMs } from '../world/way.ts';
import type { World } from '../world/world.ts';

/** Draws what faults of the API make of calls: each operation's calls are counted apart, so that others' do not matter. */
export class CallFates {
  readonly #counts = new Map<string, number>();

  /** How one call of an account fares; its Region is the one whose failure silences it. */
  fateOf(world: World, call: ApiCall & { readonly account: string }): CallFate {
    const { conditions, clock } = world;
    if (conditions.clear) return { kind: 'served', delay: worldMs(0) };
    const { region, service, operation, account } = call;
    const key = `${region} ${service} ${operation} ${account}`;
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return conditions.callFate(
      { region, service, operation },
      { of: account, count, now: clock.now() },
    );
  }
}
