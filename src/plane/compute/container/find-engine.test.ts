import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import { engineSockets, findEngine } from './find-engine.ts';

let directory: string;
let server: Server | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-engine-'));
});

afterEach(async () => {
  await new Promise((resolve) =>
    server === undefined ? resolve(undefined) : server.close(resolve),
  );
  server = undefined;
  await rm(directory, { recursive: true, force: true });
});

const serve = async (answers: Readonly<Record<string, object>>): Promise<string> => {
  const socketPath = join(directory, 'engine.sock');
  server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').replace(/^\/v[\d.]+/, '')];
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server?.listen(socketPath, resolve));
  return socketPath;
};

test('looks where the environment says, and only there', () => {
  expect(
    engineSockets({ DOCKER_HOST: 'unix:///d.sock', CONTAINER_HOST: 'unix:///c.sock' }),
  ).toEqual(['/c.sock', '/d.sock']);
});

test('looks at the user’s own engine before the system’s', () => {
  expect(engineSockets({ XDG_RUNTIME_DIR: '/run/user/7' })).toEqual([
    '/run/user/7/podman/podman.sock',
    '/run/podman/podman.sock',
    '/run/user/7/docker.sock',
    '/var/run/docker.sock',
  ]);
});

test('says where it looked and what to type when nothing answers', async () => {
  const found = await findEngine(undefined, { CONTAINER_HOST: `unix://${directory}/none.sock` });
  expect(isDomainError(found) && found.message).toContain(`${directory}/none.sock (not there)`);
  expect(isDomainError(found) && found.message).toContain('systemctl --user start podman.socket');
});

test('tells Docker from Podman, and what the engine can limit', async () => {
  const socketPath = await serve({
    '/version': { Version: '27.0.1', Components: [{ Name: 'Engine' }] },
    '/info': { MemoryLimit: true, CpuCfsQuota: false },
  });
  expect(await findEngine(socketPath)).toMatchObject({
    kind: 'docker',
    version: '27.0.1',
    limitsMemory: true,
    limitsCpu: false,
  });
});

test('says what an engine answered that does not know the API', async () => {
  const socketPath = await serve({});
  const found = await findEngine(socketPath);
  expect(isDomainError(found) && found.message).toContain(`${socketPath} (`);
});
