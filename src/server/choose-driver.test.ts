import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { probeNetns } from '../plane/compute/netns/probe.ts';
import { Failed } from '../text/usage-error.ts';
import { chooseDriver } from './choose-driver.ts';

const host = process.env['CONTAINER_HOST'];
const netns = await probeNetns();

beforeEach(() => {
  process.env['CONTAINER_HOST'] = 'unix:///nowhere/podman.sock';
});

afterEach(() => {
  if (host === undefined) delete process.env['CONTAINER_HOST'];
  else process.env['CONTAINER_HOST'] = host;
});

describe('the driver of a start', () => {
  test.each(['mock', 'process'] as const)(
    '%s runs everywhere and needs no explanation',
    async (name) => {
      expect(await chooseDriver(name)).toMatchObject({ name, why: undefined });
    },
  );

  test('one that was asked for and cannot run is an error with the reason, never another driver', async () => {
    const asked = chooseDriver('container');
    await expect(asked).rejects.toThrow(Failed);
    await expect(asked).rejects.toThrow(/--driver container cannot run here: .*nowhere/);
  });

  test.runIf('mode' in netns)(
    'unless asked it is networks of their own (skipped where they cannot be made)',
    async () => {
      const chosen = await chooseDriver('auto');
      expect(chosen.name).toBe('netns');
      expect(chosen.why).toContain('networks and private addresses of their own');
    },
  );

  test.runIf('why' in netns)(
    "else it is the host's network, and it says why (skipped where there are others)",
    async () => {
      const chosen = await chooseDriver('auto');
      expect(chosen.name).toBe('process');
      expect(chosen.why).toContain('not netns:');
    },
  );
});
