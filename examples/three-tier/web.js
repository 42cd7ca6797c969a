#!/usr/bin/env node
// The user data of the web tier: it asks the application tier behind its balancer and passes on what that says. When
// the application is not there in time it serves its page without it.
'use strict';

const http = require('node:http');

const host = process.env.HOST ?? '0.0.0.0';
const behind = '@behind@';
const patienceMs = 300;

// An instance without a network of its own has the host's DNS, which does not know the names of this world: there the
// world is asked for the balancer's address. On AWS, and in instances with networks of their own, the name is enough.
const world = process.env.FAULTLINE_ENDPOINT ?? process.env.AWS_ENDPOINT_URL;

const socketOf = async () => {
  if (world === undefined) return `${behind}:80`;
  const asked = new URL(`/_faultline/address?of=${behind}&port=80`, world);
  const { address, port } = await (
    await fetch(asked, { signal: AbortSignal.timeout(patienceMs) })
  ).json();
  return `${address}:${port}`;
};

const askApplication = async () => {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const answer = await fetch(`http://${await socketOf()}/`, { signal });
    return answer.ok ? await answer.json() : { missing: `status ${answer.status}` };
  } catch (error) {
    return { missing: error.cause?.code ?? error.name };
  }
};

const server = http.createServer(async (request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.url === '/health') response.end('{"ok":true}\n');
  else response.end(`${JSON.stringify({ application: await askApplication() })}\n`);
});
server.listen(8080, host, () => console.log(`web on ${host}:8080, in front of ${behind}`));
