/**
 * What node:dgram alone takes for an answer: each query is sent back as its own response, with one address after it and
 * without a look at what it asks.
 */
import { createSocket } from 'node:dgram';

/** An A record whose name is that of the question (RFC 1035 section 4.1.4): 192.0.2.1 for a minute. */
const record = Uint8Array.of(0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1);

const socket = createSocket({
  type: 'udp4',
  recvBufferSize: 4 * 2 ** 20,
  lookup: (address, _options, done) => done(null, address, 4),
});
socket.on('message', (query, peer) => {
  const response = Buffer.allocUnsafe(query.length + record.length);
  response.set(query);
  response.set(record, query.length);
  // A response, authoritative, with one answer (RFC 1035 section 4.1.1).
  response[2] = 0x84;
  response[7] = 1;
  socket.send(response, peer.port, peer.address);
});
socket.bind(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify(socket.address())}\n`));
