import { connect, createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on, for a program that cannot choose one itself. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

/** Waits until somebody listens on a port of 127.0.0.1. */
export const untilListening = async (port: number): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await isOpen(port))) {
    if (performance.now() > deadline) throw new Error(`Nobody listens on port ${port}.`);
  }
};
