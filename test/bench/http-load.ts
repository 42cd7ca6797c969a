/**
 * Sends one HTTP request over and over on kept connections, one under way on each, and prints how many answers
 * came. Raw sockets and a parser that knows only what it needs, so that it is never slower than the server.
 */
import { connect } from 'node:net';
import type { HttpLoad, LoadResult } from './load.ts';

// The benchmark that starts this script passes an HttpLoad.
const load = JSON.parse(process.argv[2] ?? '') as HttpLoad;
let answers = 0;
let failures = 0;
let sent = 0;
let isOver = false;

const headEnd = Buffer.from('\r\n\r\n');
const requestBytes = Buffer.from(load.request);
const counterAt = requestBytes.indexOf('{n}');

const nextRequest = (): Buffer => {
  if (counterAt < 0) return requestBytes;
  sent += 1;
  // The placeholder stands for nine digits, which its length on the wire already counts.
  return Buffer.from(load.request.replace('{n}', String(sent).padStart(9, '0')));
};

/** Bytes of the whole answer that begins the buffer, or 0 when it is not whole yet. */
const answerLength = (buffer: Buffer): number => {
  const end = buffer.indexOf(headEnd);
  if (end < 0) return 0;
  const head = buffer.toString('latin1', 0, end);
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const whole = end + 4 + Number(length);
    return buffer.length >= whole ? whole : 0;
  }
  const last = buffer.indexOf('\r\n0\r\n\r\n', end);
  return last < 0 ? 0 : last + 7;
};

const run = (): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect({ host: load.address, port: load.port, noDelay: true });
    let buffer = Buffer.alloc(0);
    socket.on('connect', () => socket.write(nextRequest()));
    socket.on('data', (bytes) => {
      buffer = buffer.length === 0 ? bytes : Buffer.concat([buffer, bytes]);
      const length = answerLength(buffer);
      if (length === 0) return;
      if (buffer.toString('latin1', 9, 12) === '200') answers += 1;
      else failures += 1;
      if (answers >= (load.answers ?? Infinity)) isOver = true;
      buffer = buffer.subarray(length);
      if (isOver) socket.destroy();
      else socket.write(nextRequest());
    });
    socket.on('error', () => {
      failures += 1;
    });
    socket.on('close', () => {
      if (!isOver) failures += 1;
      resolve();
    });
  });

const begin = performance.now();
const timer = setTimeout(() => {
  isOver = true;
}, load.seconds * 1000);
await Promise.all(Array.from({ length: load.connections }, run));
clearTimeout(timer);
const result: LoadResult = { answers, failures, seconds: (performance.now() - begin) / 1000 };
process.stdout.write(`${JSON.stringify(result)}\n`);
