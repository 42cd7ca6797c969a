import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '../../../world/domain-error.ts';
import { EngineProblem } from './engine-client.ts';
import type { Engine } from './engine-client.ts';
import { configurationOfImage, jsonObject, writeConfiguration } from './image-configuration.ts';
import type { ContainerImageConfiguration } from './image-configuration.ts';

/** How long a registry may take to begin its answer; the layers then take what they take. */
const pullTimeoutMs = 120_000;

const isProblem = (value: unknown): value is EngineProblem => value instanceof EngineProblem;

const notPulled = (reference: string, why: string): DomainError =>
  new DomainError('InternalError', `${reference} cannot be pulled: ${why}.`);

const pull = async (engine: Engine, reference: string): Promise<DomainError | undefined> => {
  const answer = await engine.client.stream({
    method: 'POST',
    path: '/images/create',
    query: { fromImage: reference, ...(/[:@][^/]+$/.test(reference) ? {} : { tag: 'latest' }) },
    timeoutMs: pullTimeoutMs,
  });
  if (isProblem(answer)) return notPulled(reference, answer.message);
  let last = '';
  // The answer is one JSON document a line; a failure is the last one, after a status of 200.
  for await (const chunk of answer) last = `${last}${String(chunk)}`.slice(-8192);
  const failure = last
    .trim()
    .split('\n')
    .map((line) => /"error":"(?<message>(?:[^"\\]|\\.)*)"/.exec(line)?.groups?.['message'])
    .find((message) => message !== undefined);
  return failure === undefined ? undefined : notPulled(reference, failure);
};

const inspect = async (engine: Engine, reference: string): Promise<unknown> => {
  const call = { method: 'GET', path: `/images/${encodeURI(reference)}/json` } as const;
  const known = await engine.client.json(call);
  if (!isProblem(known) || known.status !== 404) return known;
  const problem = await pull(engine, reference);
  return problem ?? (await engine.client.json(call));
};

/**
 * Unpacks an archive. As root, files keep their owners; else they all belong to this user, who is root in a rootless
 * container.
 */
const unpack = async (archive: Readable, directory: string): Promise<DomainError | undefined> => {
  const owner =
    process.getuid?.() === 0 ? ['--same-owner', '--numeric-owner'] : ['--no-same-owner'];
  const tar = spawn('tar', ['-x', '-p', ...owner, '-f', '-', '-C', directory], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  tar.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-2000);
  });
  const ended = new Promise<number | undefined>((resolve) => {
    tar.once('error', (problem) => {
      said = problem.message;
      resolve(undefined);
    });
    tar.once('close', (code) => resolve(code ?? undefined));
  });
  const sent = await pipeline(archive, tar.stdin).then(
    () => undefined,
    (problem: unknown) => String(problem),
  );
  const code = await ended;
  if (code === 0 && sent === undefined) return undefined;
  return new DomainError(
    'InternalError',
    `The image cannot be unpacked: ${said.trim() || sent || `tar ended with code ${code}`}.`,
  );
};

/**
 * Writes the root file system of a container image into an empty directory, with what its configuration says in
 * `/.faultline/container.json`: the disk of an instance that runs it. The image is pulled when the engine lacks it.
 */
export const exportContainerImage = async (
  engine: Engine,
  reference: string,
  directory: string,
): Promise<ContainerImageConfiguration | DomainError> => {
  const inspected = await inspect(engine, reference);
  if (inspected instanceof DomainError) return inspected;
  const created = await engine.client.json({
    method: 'POST',
    path: '/containers/create',
    // It is never started: an engine exports containers, not images.
    body: { Image: reference, Cmd: ['none'], HostConfig: { NetworkMode: 'none' } },
  });
  if (isProblem(created)) return created;
  const id = String(jsonObject(created)['Id']);
  try {
    const archive = await engine.client.stream({ method: 'GET', path: `/containers/${id}/export` });
    if (isProblem(archive)) return archive;
    await mkdir(directory, { recursive: true });
    const problem = await unpack(archive, directory);
    if (problem !== undefined) return problem;
    const configuration = configurationOfImage(reference, inspected);
    await writeConfiguration(directory, configuration);
    return configuration;
  } finally {
    await engine.client.json({
      method: 'DELETE',
      path: `/containers/${id}`,
      query: { force: 'true', v: 'true' },
    });
  }
};
