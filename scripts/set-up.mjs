/**
 * What every command of a fresh clone needs first: the packages that package-lock.json names, among them the
 * Node.js that the project runs on. Runs on any Node.js from 20 on, so it uses nothing newer and no package.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.faultline-installed');
const node = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

const isInstalled = () =>
  existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest();

/** Installs what is missing; says so, since it takes a while. Returns the path of the project's Node.js. */
export const setUp = () => {
  if (isInstalled()) return node;
  process.stderr.write('faultline: installing packages (once, about half a minute) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0 || !existsSync(node)) {
    process.stderr.write('faultline: npm ci failed; see above. Nothing was started.\n');
    rmSync(stamp, { force: true });
    process.exit(1);
  }
  compile();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lockDigest());
  return node;
};

/**
 * Fills the cache of compiled code, so that the first start is as quick as the next, and its world as small: whoever
 * compiles keeps the compiler in memory. What fails here shows when the program is started.
 */
const compile = () => {
  const main = [join(root, 'src', 'cli', 'main.ts'), '--version'];
  for (const args of [[join(root, 'scripts', 'compile.mjs')], main]) {
    spawnSync(node, args, { stdio: 'ignore', env: environment });
  }
};

/** Environment of everything that runs: compiled code is kept between runs, since starting is mostly reading code. */
export const environment = {
  ...process.env,
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'compiled'),
};

/**
 * Runs the project's Node.js in place of this process: same terminal, same signals, same exit code. Where this Node.js
 * can (from 22.15 on, not on Windows), this process becomes that one and holds nothing itself. Elsewhere it waits, and
 * the channel between the two tells the program when this process was killed: then it ends as well, instead of holding
 * its ports and its data directory unseen.
 */
export const become = (args, options = {}) => {
  const program = setUp();
  if (process.execve !== undefined && process.platform !== 'win32') {
    if (options.cwd !== undefined) process.chdir(options.cwd);
    process.execve(program, [program, ...args], environment);
  }
  const child = spawn(program, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: environment,
    ...options,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
};
