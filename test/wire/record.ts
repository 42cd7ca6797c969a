/**
 * Records what real clients send for each case of `cases.ts`, as `golden/<case>.requests.json`:
 *
 *     node test/wire/record.ts
 *
 * It needs python3 with boto3 beside the JavaScript SDK. What differs from run to run (signatures, dates,
 * invocation ids, user agents) is left out.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { wireCases } from './cases.ts';
import { javascriptClient, javascriptCommand } from './javascript-clients.ts';

interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const golden = fileURLToPath(new URL('golden/', import.meta.url));
const keptHeaders = [
  'authorization',
  'content-type',
  'x-amz-checksum',
  'x-amz-checksum-algorithm',
  'x-amz-data-length',
  'x-amz-progress',
  'x-amz-target',
  'x-amzn-query-mode',
];

let last: Recorded | undefined;
const byCase = new Map<string, Recorded>();

const steady = (name: string, value: string): string =>
  name === 'authorization'
    ? value
        .replace(/\/\d{8}\//, '/20260102/')
        .replace(/SignedHeaders=.*$/, 'SignedHeaders=host, Signature=0')
    : value;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    last = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: Object.fromEntries(
        keptHeaders.flatMap((name) => {
          const value = request.headers[name];
          return typeof value === 'string' ? [[name, steady(name, value)]] : [];
        }),
      ),
      body: Buffer.concat(chunks).toString('utf8'),
    };
    const name = request.headers['x-case'];
    if (typeof name === 'string') byCase.set(name, last);
    response.writeHead(400, { 'content-length': 0 });
    response.end();
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
// A server that listens on a port has an AddressInfo; only one on a pipe has a string.
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const blobs = (_name: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { $blob: Buffer.from(value).toString('base64') } : value;

const python = promisify(execFile)('python3', [
  fileURLToPath(new URL('record.py', import.meta.url)),
  endpoint,
]);
python.child.stdin?.end(JSON.stringify(wireCases, blobs));
await python;

mkdirSync(golden, { recursive: true });
for (const { name, client, operation, input } of wireCases) {
  last = undefined;
  const sdk = javascriptClient(client, endpoint, { maxAttempts: 1 });
  await sdk.send(javascriptCommand(client, operation, input)).catch(() => undefined);
  sdk.destroy();
  const recorded = { javascript: last, botocore: byCase.get(name) };
  writeFileSync(`${golden}${name}.requests.json`, `${JSON.stringify(recorded, null, 2)}\n`);
}
server.close();
process.stdout.write(`recorded ${wireCases.length} cases\n`);
