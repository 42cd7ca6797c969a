import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { askOverHttp } from './ask-over-http.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const listen = async (answer: RequestListener): Promise<URL> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an AddressInfo.
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
};

const question = { method: 'POST', headers: { 'x-test': 'yes' }, silenceMs: 10_000 } as const;

it('sends method, headers and body, and gives the answer whatever its status', async () => {
  const url = await listen((request, response) => {
    request.setEncoding('utf8').once('data', (body: string) => {
      response.statusCode = 404;
      response.end(`${request.method} ${String(request.headers['x-test'])} ${body} zürich`);
    });
  });
  expect(await askOverHttp(url, { ...question, body: 'größe' })).toEqual({
    status: 404,
    text: 'POST yes größe zürich',
  });
});

it('gives up on a server that says nothing, or stops in the middle', async () => {
  const silent = await listen(() => undefined);
  const asking = askOverHttp(silent, { ...question, body: '', silenceMs: 50 });
  await expect(asking).rejects.toThrow('no answer within 0.05 s');
  const stopping = await listen((_request, response) => response.write('half'));
  await expect(askOverHttp(stopping, { ...question, body: '', silenceMs: 50 })).rejects.toThrow(
    'no answer within 0.05 s',
  );
});

it('says what the system says of a port where nobody listens', async () => {
  const url = await listen(() => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  await expect(askOverHttp(url, { ...question, body: undefined })).rejects.toThrow('ECONNREFUSED');
});
