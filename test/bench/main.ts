/**
 * The benchmarks: `npm run bench -- [NAME ...] [--json]`. Each figure stands beside a reference that is taken in
 * the same run, so that the ratio means something on any machine. Exits 1 when a budget is not kept.
 */
import { parseArgs } from 'node:util';
import { apiBench } from './api-bench.ts';
import { autoScalingBench } from './auto-scaling-bench.ts';
import { balancerBench } from './balancer-bench.ts';
import { conditionsBench } from './conditions-bench.ts';
import { diskBench } from './disk-bench.ts';
import { dnsBench } from './dns-bench.ts';
import { drillBench } from './drill-bench.ts';
import { driverBench } from './driver-bench.ts';
import { journalBench } from './journal-bench.ts';
import { memoryBench } from './memory-bench.ts';
import { launchBench } from './launch-bench.ts';
import { isWithin, ratioOf } from './measurement.ts';
import type { Benchmark, Result } from './measurement.ts';
import { startBench } from './start-bench.ts';
import { tableOf } from './table.ts';

const benchmarks: readonly Benchmark[] = [
  startBench,
  apiBench,
  launchBench,
  journalBench,
  memoryBench,
  dnsBench,
  balancerBench,
  conditionsBench,
  drillBench,
  autoScalingBench,
  diskBench,
  driverBench,
];

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const known = new Map(benchmarks.map((benchmark) => [benchmark.name, benchmark]));
const names = positionals.length === 0 ? [...known.keys()] : positionals;
const unknown = names.find((name) => !known.has(name));
if (unknown !== undefined) {
  process.stderr.write(
    `bench: there is no '${unknown}'; there are ${[...known.keys()].join(', ')}\n`,
  );
  process.exit(2);
}

const results: Result[] = [];
for (const name of names) {
  process.stderr.write(`bench: ${name} ...\n`);
  try {
    results.push(...((await known.get(name)?.run()) ?? []));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    results.push({ what: name, skipped: `failed: ${error.message}` });
    process.exitCode = 1;
  }
}

const isOver = (result: Result): boolean => !('skipped' in result) && isWithin(result) === false;
if (results.some(isOver)) process.exitCode = 1;
const withRatio = (result: Result): object =>
  'skipped' in result ? result : { ...result, ratio: ratioOf(result), within: isWithin(result) };
process.stdout.write(
  values.json
    ? `${JSON.stringify(results.map(withRatio), undefined, 2)}\n`
    : `${tableOf(results)}\n`,
);
