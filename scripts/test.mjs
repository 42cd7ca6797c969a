/**
 * `npm test`: everything that must hold of a commit, in the order in which it fails fastest. Ends with one line
 * `N passed, N failed`. Arguments go to vitest, and then only vitest runs: `npm test -- src/world`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, root, setUp } from './set-up.mjs';

const node = setUp();
const bin = (name) => join(root, 'node_modules', '.bin', name);
const args = process.argv.slice(2);
const reports = mkdtempSync(join(tmpdir(), 'faultline-test-'));
const report = join(reports, 'vitest.json');

/** Tools with their arguments; each must end well. */
const checks = {
  types: [bin('tsc'), '-p', '.'],
  lint: [bin('oxlint'), '--quiet'],
  format: [bin('oxfmt'), '--check'],
  arrows: [bin('depcruise'), 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
};

let passed = 0;
let failed = 0;

const run = (command) => {
  // The pinned Node.js comes first, so that tools which start `node` themselves run on it too.
  const path = `${join(root, 'node_modules', 'node', 'bin')}:${environment.PATH ?? ''}`;
  const result = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...environment, PATH: path },
  });
  return result.status === 0;
};

for (const [name, command] of args.length === 0 ? Object.entries(checks) : []) {
  const good = run(command);
  if (good) passed += 1;
  else failed += 1;
  process.stdout.write(`${good ? 'ok  ' : 'FAIL'} ${name}\n`);
}

const good = run([
  node,
  join(root, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...args,
]);
try {
  const results = JSON.parse(readFileSync(report, 'utf8'));
  passed += results.numPassedTests;
  failed += results.numFailedTests;
  const suites = results.testResults.filter((suite) => suite.status === 'failed');
  // A file that could not even be loaded has no failed test of its own.
  failed += suites.filter((suite) =>
    suite.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  if (!good && failed === 0) failed += 1;
} catch (error) {
  process.stdout.write(`vitest gave no report: ${error.message}\n`);
  failed += 1;
}
rmSync(reports, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
