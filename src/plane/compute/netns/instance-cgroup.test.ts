import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { InstanceCgroups, limitsOfInstanceType } from './instance-cgroup.ts';

const trial = await new InstanceCgroups(randomUUID()).make('i-trial', {
  memoryBytes: undefined,
  cpus: undefined,
});
await trial?.remove();
if (trial === undefined)
  process.stderr.write(
    'SKIPPED: limits of memory and CPU: not root, or no cgroups with memory and CPU here\n',
  );

const execute = promisify(execFile);

test.each([
  ['t3.micro', 1024 ** 3],
  ['t3.nano', 512 * 1024 ** 2],
  ['of-our-own.large', undefined],
])('%s has a memory of %s bytes', (type, memoryBytes) => {
  expect(limitsOfInstanceType(type).memoryBytes).toBe(memoryBytes);
});

describe.skipIf(trial === undefined)(
  'a control group of an instance (skipped where none can be made)',
  () => {
    /** The files of a limit in both versions of cgroups, whichever is here. */
    const limitFiles = (groups: string, v1: string, v2: string): readonly string[] =>
      groups.split('\n').flatMap((line) => {
        const [, controllers = '', path = ''] = line.split(':');
        if (!path.startsWith('/faultline/')) return [];
        const files = [
          `/sys/fs/cgroup/${controllers.split(',')[0] ?? ''}${path}/${v1}`,
          `/sys/fs/cgroup${path}/${v2}`,
        ];
        return files.filter((file) => existsSync(file));
      });

    test('holds what begins in it to the limits, and goes when it is empty', async () => {
      const limits = { memoryBytes: 64 * 1024 ** 2, cpus: 1 };
      const made = await new InstanceCgroups(randomUUID()).make('i-1', limits);
      const [program = '', ...rest] = made?.enter ?? [];
      const { stdout } = await execute(program, [...rest, 'cat', '/proc/self/cgroup']);
      const memory = limitFiles(stdout, 'memory.limit_in_bytes', 'memory.max');
      const cpu = limitFiles(stdout, 'cpu.cfs_quota_us', 'cpu.max');
      expect(memory).toHaveLength(1);
      expect(cpu).toHaveLength(1);
      expect((await readFile(memory[0] ?? '', 'utf8')).trim()).toBe(String(64 * 1024 ** 2));
      expect(await readFile(cpu[0] ?? '', 'utf8')).toMatch(/^100000\b/);
      // A program that wants more than it may have is ended by the kernel, as on a machine of that size.
      const greedy = ['node', '-e', 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1));'];
      await expect(execute(program, [...rest, ...greedy])).rejects.toMatchObject({
        signal: 'SIGKILL',
      });
      await made?.remove();
      expect([...memory, ...cpu].filter((file) => existsSync(file))).toEqual([]);
    });
  },
);
