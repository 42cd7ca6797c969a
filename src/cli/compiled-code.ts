import { join } from 'node:path';

/** Where the launcher keeps compiled code between runs (`scripts/set-up.mjs`). */
const cacheDirectory = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'compiled');

/**
 * Lets code that was compiled before be used also where the program was not started by its launcher. Node.js takes the
 * cache's place only at its start, and the compiler of what is not in it stays in memory for good, 20 MiB: so this process
 * becomes the same program once more. On Windows no process can; there all is compiled.
 */
export const useCompiledCode = (): void => {
  const { env, execPath, execArgv, argv, channel } = process;
  const isDecided =
    env['NODE_COMPILE_CACHE'] !== undefined || env['NODE_DISABLE_COMPILE_CACHE'] !== undefined;
  // A channel to whoever started this would not survive.
  if (
    isDecided ||
    process.execve === undefined ||
    channel !== undefined ||
    process.platform === 'win32'
  )
    return;
  process.execve(execPath, [execPath, ...execArgv, ...argv.slice(1)], {
    ...env,
    NODE_COMPILE_CACHE: cacheDirectory,
  });
};
