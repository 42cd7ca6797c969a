import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReady, stop, type Running } from '../support/faultline-process.ts';

const script = join(import.meta.dirname, '..', '..', 'examples', 'golden-image', 'run.sh');

/** Why the example cannot be run on this machine; undefined when it can. */
const lacking = (): string | undefined => {
  for (const program of ['aws', 'curl', 'bash']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch (error) {
      return `${program} is not on this machine: ${String(error)}`;
    }
  }
  return undefined;
};

const reason = lacking();

describe.skipIf(reason !== undefined)(
  `examples/golden-image${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let world: Running;
    beforeAll(async () => {
      world = await startReady({ driver: 'process', speed: 60 });
    });
    afterAll(async () => {
      await stop(world);
    });

    it('bakes, sends, boots, and loses only what was on its way', async () => {
      const { stdout } = await promisify(execFile)('bash', [script], {
        env: { ...process.env, AWS_ENDPOINT_URL: world.endpoint },
        maxBuffer: 2 ** 24,
      });
      const [before = '', after = ''] = stdout.split('== Lose us-east-1');
      for (const region of ['eu-west-1', 'ap-south-1', 'us-west-2']) {
        expect(before).toMatch(new RegExp(`^ami-[0-9a-f]+ +${region} +available$`, 'm'));
        const served = new RegExp(`^${region} i-[0-9a-f]+: baked by .* in us-east-1`, 'm');
        expect(before).toMatch(served);
        expect(after).toMatch(served);
        expect(after).toMatch(
          new RegExp(`^${region} +ami-[0-9a-f]+\\tgolden-\\d+\\tavailable`, 'm'),
        );
      }
      expect(after).toMatch(/^ami-[0-9a-f]+\tfailed\t.*the Region us-east-1 was lost/m);
    }, 300_000);
  },
);
