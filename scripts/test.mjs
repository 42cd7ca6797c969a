/**
 * `npm test`: everything that must hold of a commit. Three lanes run side by side: one computes, the others wait for
 * worlds that run. What fails beside the other lanes is tried once more, alone, and named if it passes then: it depends on
 * the machine's load, and should not. Campaigns are not: what fails there with one seed may pass with the next. Ends with
 * what was skipped, how long each job took, which tests failed, and one line `N passed, N failed`. Arguments go to vitest,
 * and then only vitest runs: `npm test -- src/world`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { environment, root, setUp } from './set-up.mjs';

const node = setUp();
const bin = (name) => join(root, 'node_modules', '.bin', name);
const args = process.argv.slice(2);
/** Whether packages had to be installed before is another matter. */
const begunMs = performance.now();
const reports = mkdtempSync(join(tmpdir(), 'faultline-test-'));

const vitest = (name, ...more) => ({
  name,
  more,
  report: join(reports, `${name}.json`),
  command: [
    node,
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(reports, `${name}.json`)}`,
    ...more,
  ],
});

const group = (name) => vitest(name, '--project', name);

const depcruise = [bin('depcruise'), 'src', '--config', '.dependency-cruiser.cjs'];

/** Dependencies are left out: some are called by name alone. */
const dead = ['--include', 'files,exports,types'];

/** What computes, in the order in which it fails fastest. */
const computing = [
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'format', command: [bin('oxfmt'), '--check'] },
  { name: 'arrows', command: [...depcruise, '--output-type', 'err'] },
  { name: 'dead code', command: [bin('knip'), '--production', ...dead] },
  { name: 'needless exports', command: [bin('knip'), ...dead] },
  group('pure'),
  group('quick'),
  { name: 'lint', command: [bin('oxlint'), '--quiet'] },
];

/** What waits, mostly, and leaves the machine to others. Where moments are compared comes when most else is over. */
const waiting = [group('drills'), group('live')];
const worlds = [group('waiting')];

/** The processor seconds of a job and all that it started and waited for, as `times` of a shell writes them: `1m2.5s`. */
const cpuSecondsOf = (text) =>
  [...(text.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );

const done = [];
const skipped = new Map();

/** The reason stands in the name of what is skipped, or of what it is part of. */
const countSkipped = ({ ancestorTitles, title }) => {
  const names = [...ancestorTitles, title];
  const name = names.find((each) => each.endsWith(')')) ?? names.join(' > ');
  skipped.set(name, (skipped.get(name) ?? 0) + 1);
};

/** Of a file: its path, how many tests passed, and the names of those that failed. */
const readSuite = (suite) => {
  const file = relative(root, suite.name);
  const named = (status) => suite.assertionResults.filter((test) => test.status === status);
  const failures = named('failed').map((test) => `${file} > ${test.fullName}`);
  // A file that could not even be loaded has no failed test of its own.
  if (suite.status === 'failed' && failures.length === 0) failures.push(file);
  for (const status of ['skipped', 'pending']) named(status).forEach(countSkipped);
  // What a drawn input has found passes with the next draw, and is no matter of load.
  const isDrawn = named('failed').some((test) =>
    test.failureMessages.some((message) => message.includes('Property failed after')),
  );
  return { file, passed: named('passed').length, failures, isDrawn };
};

const readReport = ({ name, report }, isGood) => {
  try {
    const suites = JSON.parse(readFileSync(report, 'utf8')).testResults.map(readSuite);
    const failures = suites.flatMap((suite) => suite.failures);
    if (!isGood && failures.length === 0) failures.push(name);
    const passed = suites.reduce((sum, suite) => sum + suite.passed, 0);
    return { passed, failures, suites: suites.filter((suite) => suite.failures.length > 0) };
  } catch (error) {
    process.stdout.write(`${name}: vitest gave no report: ${error.message}\n`);
    return { passed: 0, failures: [name], suites: [] };
  }
};

/** Runs a job; what it writes comes at once when it is the only one, else in one piece at its end. */
const run = (job, isAlone = false) =>
  new Promise((resolve) => {
    const begin = performance.now();
    const [program, ...rest] = job.command;
    // Only a shell tells what all processes of a job have used together.
    const timed = ['sh', '-c', '"$0" "$@"; code=$?; times >&3; exit $code', program, ...rest];
    const [first, ...others] = process.platform === 'win32' ? job.command : timed;
    // The pinned Node.js comes first, so that tools which start `node` themselves run on it too.
    const path = `${join(root, 'node_modules', 'node', 'bin')}:${environment.PATH ?? ''}`;
    const output = isAlone ? 'inherit' : 'pipe';
    const child = spawn(first, others, {
      cwd: root,
      stdio: ['ignore', output, output, 'pipe'],
      env: { ...environment, PATH: path },
    });
    let written = '';
    let times = '';
    const keep = (chunk) => {
      written += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.stdio[3].on('data', (chunk) => {
      times += chunk.toString();
    });
    child.once('error', (error) => {
      written += `${String(error)}\n`;
    });
    child.once('close', (code) => {
      const isGood = code === 0;
      const found =
        job.report === undefined
          ? { passed: isGood ? 1 : 0, failures: isGood ? [] : [job.name], suites: [] }
          : readReport(job, isGood);
      const seconds = (performance.now() - begin) / 1000;
      done.push({ ...job, ...found, seconds, cpuSeconds: cpuSecondsOf(times) });
      // What is well needs no words; of tests one line a file shows how far it has come.
      if (!isGood || job.report !== undefined) process.stdout.write(written);
      process.stdout.write(`${isGood ? 'ok  ' : 'FAIL'} ${job.name} (${seconds.toFixed(0)} s)\n`);
      resolve();
    });
  });

const runLane = async (jobs) => {
  for (const job of jobs) await run(job);
};

/** Where a failure depends on a seed, so that another try proves nothing. */
const isCampaign = (file) => /^test\/(crash|simulation)\/|-property\.test\.ts$/u.test(file);

/** What passed only when it was tried again. */
const unsteady = [];

/** Tries the files of a job that failed once more, alone. Their second result counts. */
const tryAgain = async (job) => {
  const suites = job.suites.filter(({ file, isDrawn }) => !isDrawn && !isCampaign(file));
  // So much at once is no matter of load.
  if (suites.length === 0 || suites.length > 10) return;
  const files = suites.map(({ file }) => file);
  process.stdout.write(`again, alone: ${files.join(' ')}\n`);
  await run(vitest(`${job.name}-again`, ...job.more, '--maxWorkers=1', ...files));
  const second = done.at(-1);
  const failures = suites.flatMap((suite) => suite.failures);
  job.failures = job.failures.filter((name) => !failures.includes(name));
  job.passed -= suites.reduce((sum, suite) => sum + suite.passed, 0);
  unsteady.push(...failures.filter((name) => !second.failures.includes(name)));
};

if (args.length > 0) await run(vitest('vitest', ...args), true);
else {
  await Promise.all([computing, waiting, worlds].map((lane) => runLane(lane)));
  const first = done.slice();
  for (const job of first) await tryAgain(job);
}

rmSync(reports, { recursive: true, force: true });
if (skipped.size > 0) {
  process.stdout.write('\nskipped:\n');
  for (const [name, count] of skipped) process.stdout.write(`  ${name}: ${count}\n`);
}
process.stdout.write('\nreal s  processor s  job\n');
for (const { name, seconds, cpuSeconds, passed, failures } of done) {
  const [real, cpu] = [seconds.toFixed(0).padStart(6), cpuSeconds.toFixed(0).padStart(11)];
  process.stdout.write(`${real}  ${cpu}  ${name}: ${passed} passed, ${failures.length} failed\n`);
}
const sum = (of) => done.reduce((before, job) => before + of(job), 0);
process.stdout.write(
  `${((performance.now() - begunMs) / 1000).toFixed(0)} s in all, ${sum((job) => job.cpuSeconds).toFixed(0)} s of processor time\n`,
);
const list = (title, names) => {
  if (names.length > 0) process.stdout.write(`${[title, ...names].join('\n  ')}\n`);
};
list('passed only when tried again, alone:', unsteady);
const failures = done.flatMap((job) => job.failures);
list('failed:', failures);
process.stdout.write(`${sum((job) => job.passed)} passed, ${failures.length} failed\n`);
process.exit(failures.length === 0 ? 0 : 1);
