#!/usr/bin/env node
// The user data of the application tier: it answers with the zone in which it runs.
'use strict';

const http = require('node:http');

const host = process.env.HOST ?? '0.0.0.0';
const metadata = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254';

const main = async () => {
  const token = await (
    await fetch(new URL('/latest/api/token', metadata), {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    })
  ).text();
  const zone = await (
    await fetch(new URL('/latest/meta-data/placement/availability-zone-id', metadata), {
      headers: { 'x-aws-ec2-metadata-token': token },
    })
  ).text();
  const server = http.createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(request.url === '/health' ? '{"ok":true}\n' : `${JSON.stringify({ zone })}\n`);
  });
  server.listen(8080, host, () => console.log(`application in ${zone} on ${host}:8080`));
};

void main();
