import type { Execute, WireCall, WireServer, WireServerOptions } from '../../src/wire/server.ts';
import { createWireServer } from '../../src/wire/server.ts';

/** A server over a fake `execute`, with what it was asked and what it logged. */
export interface FakeWorld {
  readonly endpoint: string;
  readonly port: number;
  readonly calls: WireCall[];
  readonly logged: string[];
  readonly wire: WireServer;
  close(): Promise<void>;
}

/** Starts a server on a free loopback port whose operations answer what `answer` says. */
export const startFakeWorld = async (
  answer: (call: WireCall) => unknown,
  options: Partial<WireServerOptions> = {},
): Promise<FakeWorld> => {
  const calls: WireCall[] = [];
  const logged: string[] = [];
  const log = (_fields: object, message: string): void => {
    logged.push(message);
  };
  const execute: Execute = async (call) => {
    calls.push(call);
    return answer(call);
  };
  const wire = createWireServer({
    host: '127.0.0.1',
    port: 0,
    execute,
    admin: async (request) => ({
      status: 200,
      body: { ...request, query: request.query.toString() },
    }),
    log: { error: log, warn: log },
    ...options,
  });
  const { port } = await wire.listen();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    calls,
    logged,
    wire,
    close: () => wire.close(),
  };
};
