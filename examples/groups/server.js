#!/usr/bin/env node
// The user data of every instance: a web server on port 8080 that says in which zone it runs. Like most programs it needs
// a moment before it can serve.
'use strict';

const http = require('node:http');

const host = process.env.HOST ?? '0.0.0.0';
const metadata = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254';

const ask = (method, path, headers) =>
  new Promise((resolve, reject) => {
    const request = http.request(new URL(path, metadata), { method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve(body));
    });
    request.on('error', reject);
    request.end();
  });

const main = async () => {
  const token = await ask('PUT', '/latest/api/token', {
    'x-aws-ec2-metadata-token-ttl-seconds': '60',
  });
  const where = (name) =>
    ask('GET', `/latest/meta-data/placement/${name}`, { 'x-aws-ec2-metadata-token': token });
  const answer = JSON.stringify({
    region: await where('region'),
    zone: await where('availability-zone-id'),
  });
  await new Promise((resolve) => setTimeout(resolve, 250));
  const server = http.createServer((request, response) => {
    if (request.url === '/health') {
      response.end('ok\n');
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(`${answer}\n`);
  });
  server.listen(8080, host, () => console.log(`${answer} on ${host}:8080`));
};

void main();
