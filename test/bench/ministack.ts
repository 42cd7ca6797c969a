import { spawn, spawnSync } from 'node:child_process';
import { end } from './child.ts';
import { freePort, untilListening } from './free-port.ts';

/** An emulator of AWS's API that keeps nothing: the fastest of its kind that is known to launch instances. */
export interface MiniStack {
  readonly port: number;
  readonly endpoint: string;
  readonly processId: number;
  close(): Promise<void>;
}

/** How a reader gets it; nothing of it is part of this project. */
export const howToGetMiniStack =
  'MiniStack is not installed: python3 -m venv DIR && DIR/bin/pip install ministack, ' +
  'then MINISTACK=DIR/bin/ministack npm run bench -- launches';

/** Starts MiniStack on a free port; undefined where it is not installed. `MINISTACK` names its program, else PATH is asked. */
export const startMiniStack = async (): Promise<MiniStack | undefined> => {
  const program = process.env['MINISTACK'] ?? 'ministack';
  if (spawnSync(program, ['--help'], { stdio: 'ignore' }).status !== 0) return undefined;
  const port = await freePort();
  const child = spawn(program, [], {
    stdio: 'ignore',
    env: {
      ...process.env,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      // It writes a line for each request otherwise.
      LOG_LEVEL: 'ERROR',
    },
  });
  await untilListening(port);
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    processId: child.pid ?? 0,
    close: () => end(child),
  };
};
