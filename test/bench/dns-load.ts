/** Asks a DNS server over UDP, so many questions under way at a time, and prints how many answers came. */
import { createSocket } from 'node:dgram';
import type { DnsLoad, LoadResult } from './load.ts';

// The benchmark that starts this script passes a DnsLoad.
const load = JSON.parse(process.argv[2] ?? '') as DnsLoad;

/** A query for an A record: header, the name's labels, type and class (RFC 1035 section 4.1). */
const queryOf = (name: string): Buffer => {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1]);
};

const queries = load.names.map(queryOf);
let answers = 0;
let failures = 0;
let asked = 0;
let isOver = false;
let lastAnswerAt = performance.now();

const socket = createSocket({
  type: 'udp4',
  recvBufferSize: 4 * 2 ** 20,
  lookup: (address, _options, done) => done(null, address, 4),
});
const ask = (id: number): void => {
  const query = queries[asked % queries.length];
  asked += 1;
  if (query === undefined) return;
  query.writeUInt16BE(id, 0);
  // A copy: the buffer is written to again before the system has taken it.
  socket.send(Buffer.from(query), load.port, load.address);
};
socket.on('message', (answer) => {
  const isGood = (answer.readUInt16BE(2) & 0x800f) === 0x8000 && answer.readUInt16BE(6) > 0;
  if (isGood) answers += 1;
  else failures += 1;
  lastAnswerAt = performance.now();
  if (!isOver) ask(answer.readUInt16BE(0));
});

const begin = performance.now();
await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
for (let id = 0; id < load.underWay; id += 1) ask(id);
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const now = performance.now();
    isOver = now - begin >= load.seconds * 1000;
    // UDP may lose some: the rest goes on without them, and only all of them lost is an end.
    if (!isOver && now - lastAnswerAt < 1000) return;
    clearInterval(timer);
    resolve();
  }, 20);
});
socket.close();
const result: LoadResult = { answers, failures, seconds: (lastAnswerAt - begin) / 1000 };
process.stdout.write(`${JSON.stringify(result)}\n`);
