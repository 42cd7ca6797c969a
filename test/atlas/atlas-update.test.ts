import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { earth } from '../../src/atlas/geography.ts';
import { kill, runCommand, type Running, startReady } from '../support/faultline-process.ts';

let directory: string;
let world: Running;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-atlas-'));
  file = join(directory, 'atlas.json');
  world = await startReady({ driver: 'mock' });
});
afterAll(async () => {
  await kill(world);
  await rm(directory, { recursive: true, force: true });
});

interface Facts {
  readonly date: string;
  readonly source: string;
  readonly regions: Readonly<
    Record<
      string,
      { readonly zoneIds: readonly string[] | null; readonly services: readonly string[] }
    >
  >;
  readonly prices: Record<string, Record<string, number>>;
}

const kept = async (): Promise<Facts> => {
  // The file is what the command under test writes.
  return JSON.parse(await readFile(file, 'utf8')) as Facts;
};

/** Passes every question on to a world, and changes what it answers. */
const startEditor = async (edit: (text: string, target: string) => string): Promise<Server> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers)
        .filter(([name]) =>
          ['authorization', 'content-type', 'x-amz-target', 'x-amz-date'].includes(name),
        )
        .map(([name, value]): [string, string] => [name, String(value)]);
      const body = Buffer.concat(chunks).toString();
      const target = String(request.headers['x-amz-target'] ?? body);
      void fetch(world.endpoint, { method: 'POST', headers, body }).then(async (answer) => {
        response.writeHead(answer.status).end(edit(await answer.text(), target));
      });
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  return server;
};

const urlOf = (server: Server): string =>
  // It listens on a port, not on a path.
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const update = (endpoint: string, ...others: readonly string[]) =>
  runCommand(['atlas', 'update', '--endpoint', endpoint, ...others], { FAULTLINE_ATLAS: file });

describe('faultline atlas update', () => {
  it('shows what would change and keeps nothing with --dry-run', async () => {
    const { exitCode, stdout } = await update(world.endpoint, '--dry-run');
    expect(stdout).toBe(
      'The account tells nothing that differs.\nNothing was written (--dry-run).\n',
    );
    expect(exitCode).toBe(0);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('keeps what a world of this version tells: the facts that it came with', async () => {
    const { exitCode, stdout } = await update(world.endpoint, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ changes: [], written: file });
    const facts = await kept();
    expect(facts.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(facts.source).toContain(world.endpoint);
    expect(Object.keys(facts.regions)).toEqual(
      earth.regions.map((region) => region.code).toSorted(),
    );
    expect(facts.regions['eu-west-1']?.zoneIds).toEqual(['euw1-az1', 'euw1-az2', 'euw1-az3']);
    expect(facts.regions['eu-west-1']?.services).toContain('lambda');
    expect(facts.prices['eu-west-1']).toMatchObject({ 'm7g.large': 0.091, 't3.micro': 0.0114 });
  });

  it('shows each kind of difference, keeps it, and choosing goes by it', async () => {
    const editor = await startEditor((text, target) => {
      if (target.includes('DescribeRegions')) return text.replace('>eu-west-3<', '>eu-moon-1<');
      if (target.includes('GetProducts')) return text.replaceAll('0.0816', '0.0999');
      return text.replace('>euw1-az3<', '>euw1-az9<');
    });
    try {
      const { exitCode, stdout } = await update(urlOf(editor));
      expect(exitCode).toBe(0);
      expect(stdout).toContain('+ region eu-moon-1');
      expect(stdout).toContain('- region eu-west-3');
      expect(stdout).toContain('+ zone euw1-az9 in eu-west-1');
      expect(stdout).toMatch(/us-east-1 +m7g\.large +0\.0816 -> 0\.0999 USD/);
    } finally {
      editor.close();
    }
    expect((await kept()).prices['us-east-1']?.['m7g.large']).toBe(0.0999);
    const sources = await runCommand(['region', 'us-east-1', '--sources'], {
      FAULTLINE_ATLAS: file,
    });
    expect(sources.stdout).toContain('0.0999');
    const untouched = await runCommand(['region', 'us-east-1', '--sources'], {
      FAULTLINE_ATLAS: join(directory, 'none.json'),
    });
    expect(untouched.stdout).toContain('0.0816');
  });

  it.each([
    ['--endpoint', 'nonsense', 2, /is not a URL/],
    ['--endpoint', 'http://127.0.0.1:1', 1, /Nobody answers at http:\/\/127\.0\.0\.1:1/],
  ])('%s %s ends with %d and one line', async (_, endpoint, code, message) => {
    const { exitCode, stderr } = await update(endpoint);
    expect(exitCode).toBe(code);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('asks for credentials where it would ask AWS', async () => {
    const { exitCode, stderr } = await runCommand(['atlas', 'update'], {
      FAULTLINE_ATLAS: file,
      AWS_ENDPOINT_URL: '',
      AWS_ACCESS_KEY_ID: '',
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('AWS_ACCESS_KEY_ID');
  });

  it('says what to do when the kept facts are damaged', async () => {
    const damaged = join(directory, 'damaged.json');
    await writeFile(damaged, '{"format":1}');
    const { exitCode, stderr } = await runCommand(['regions'], { FAULTLINE_ATLAS: damaged });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${damaged} holds no facts of this version`);
  });
});
