import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProcessDriver } from './process-driver.ts';
import { hostProcessTable } from './process-table.ts';
import { testSpecification } from './test-specification.ts';

test.runIf(hostProcessTable().showsMarkers)(
  'tells how much processor time the programs of a machine have used',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'faultline-cpu-'));
    const driver = createProcessDriver({
      stateDirectory: join(directory, 'state'),
      worldId: randomUUID(),
      metadataAddress: '127.0.0.1',
    });
    const read = (): Promise<ReadonlyMap<string, number>> =>
      new Promise((resolve) => {
        driver.cpu?.(['i-1', 'i-2', 'i-3'], (readings) =>
          resolve(new Map(readings.map(({ instanceId, seconds }) => [instanceId, seconds]))),
        );
      });
    try {
      await driver.boot(
        testSpecification(directory, 'i-1', '#!/bin/sh\nwhile true; do true; done\n'),
      );
      await driver.boot(testSpecification(directory, 'i-2', undefined));
      await expect
        .poll(async () => (await read()).get('i-1'), { timeout: 20_000 })
        .toBeGreaterThan(0.2);
      const now = await read();
      expect(now.get('i-2')).toBe(0);
      expect(now.has('i-3')).toBe(false);
    } finally {
      await driver.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    }
  },
);
