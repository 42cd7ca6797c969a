import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import { claimLoopbackBlock, loopbackRemedy } from './loopback.ts';
import type { LoopbackBlock } from './loopback.ts';

const claimed: LoopbackBlock[] = [];

afterEach(async () => {
  await Promise.all(claimed.splice(0).map((block) => block.release()));
});

const claim = async (preferred?: number): Promise<LoopbackBlock> => {
  const block = await claimLoopbackBlock(preferred);
  if (isDomainError(block)) throw new Error(block.message);
  claimed.push(block);
  return block;
};

describe('a loopback block', () => {
  test('belongs to one world at a time', async () => {
    const [one, two, three] = [await claim(), await claim(), await claim()];
    expect(new Set([one.block, two.block, three.block]).size).toBe(3);
    for (const { block } of claimed) expect(block).toBeGreaterThanOrEqual(16);
  });

  test('is the preferred one when that is free, else another', async () => {
    const first = await claim();
    expect((await claim(first.block)).block).not.toBe(first.block);
    await first.release();
    expect((await claim(first.block)).block).toBe(first.block);
  });

  test('is free again when its process was killed', async () => {
    const module = JSON.stringify(fileURLToPath(new URL('./loopback.ts', import.meta.url)));
    const program = `const { claimLoopbackBlock } = await import(${module});
      console.log((await claimLoopbackBlock(101)).block);
      setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const block = Number((await once(other.stdout, 'data'))[0]);
    expect((await claim(block)).block).not.toBe(block);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect((await claim(block)).block).toBe(block);
  });

  test.each([
    [0, '0.0'],
    [255, '0.255'],
    [256, '1.0'],
    [65_535, '255.255'],
  ])('gives host %i the address 127.B.%s', async (host, end) => {
    const block = await claim();
    const address = `127.${block.block}.${end}`;
    expect(block.addressFor(host)).toBe(address);
    expect(block.hostOf(address)).toBe(host);
  });

  test('knows its own addresses alone', async () => {
    const block = await claim();
    for (const address of [
      '127.0.0.1',
      '10.0.0.1',
      `127.${block.block}.1`,
      `127.${block.block}.1.256`,
      '',
    ]) {
      expect(block.hostOf(address)).toBeUndefined();
    }
    expect(() => block.addressFor(65_536)).toThrow('65536');
  });
});

test('the remedy for a system with one loopback address is one line', () => {
  expect(loopbackRemedy(20)).toContain('sudo ifconfig lo0 alias 127.20.1.$i');
  expect(loopbackRemedy()).not.toContain('\n');
});
