import { runScript } from './child.ts';
import { idleMemory } from './idle-memory.ts';
import type { Benchmark } from './measurement.ts';

/** What memory-child.ts prints. */
interface EntitiesResult {
  readonly bytesPerEntity: number;
}
interface LoadResult {
  readonly writeSeconds: number;
  readonly loadSeconds: number;
  readonly describeMicroseconds: number;
  readonly rssMiB: number;
}

const flags = ['--expose-gc'];
const million = 1_000_000;

/** An empty world and one that was used; bytes of a plain entity, and a world of a million: loaded from its journal, described by id. */
export const memoryBench: Benchmark = {
  name: 'memory',
  run: async () => {
    // The scripts print what the interfaces above say.
    const entities = (await runScript(
      'memory-child.ts',
      ['entities', '200000'],
      flags,
    )) as EntitiesResult;
    const small = (await runScript('memory-child.ts', ['load', '1000'], flags)) as LoadResult;
    const large = (await runScript(
      'memory-child.ts',
      ['load', String(million)],
      flags,
    )) as LoadResult;
    return [
      ...(await idleMemory()),
      {
        what: 'memory of a plain entity (a subnet)',
        measured: entities.bytesPerEntity,
        unit: 'bytes',
        ratio: entities.bytesPerEntity / 1024,
        budget: { atMost: 1 },
        note: 'the ratio is against 1 KB',
      },
      {
        what: 'DescribeSubnets by id, a million entities',
        measured: large.describeMicroseconds,
        unit: 'µs',
        reference: { what: 'a thousand entities', value: small.describeMicroseconds },
        budget: { atMost: 3 },
        note: 'flat but for what the processor caches: a scan would be a thousand times slower',
      },
      {
        what: 'a million entities, from journal to memory',
        measured: large.loadSeconds,
        unit: 's',
        note: `written as a snapshot in ${large.writeSeconds.toFixed(1)} s; ${Math.round(large.rssMiB)} MiB resident right after loading`,
      },
    ];
  },
};
