/** A backend that costs as little as it can: it answers each request with the same bytes and looks at nothing. */
import { createServer } from 'node:net';

const body = 'x'.repeat(1024);
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);
const requestEnd = Buffer.from('\r\n\r\n');

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (bytes) => {
    // Requests have no body and come whole; several may come at once.
    for (let at = bytes.indexOf(requestEnd); at >= 0; at = bytes.indexOf(requestEnd, at + 4)) {
      socket.write(answer);
    }
  });
  // A proxy that ends resets its connections.
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
