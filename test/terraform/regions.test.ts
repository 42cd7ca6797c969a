import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { plannedChanges, terraformIsLacking, workspaceOf } from './terraform.ts';
import type { Workspace } from './terraform.ts';

const reason = terraformIsLacking('regions');

/** A balancer and each change of a record have the provider wait for half a minute and more. */
const timeout = 240_000;

describe.skipIf(reason !== undefined)(
  `a stack of Terraform in two Regions${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let world: Running;
    let stack: Workspace;
    beforeAll(async () => {
      world = await startReady({ speed: 20 });
      stack = await workspaceOf('regions', world.endpoint);
    }, timeout);
    afterAll(async () => {
      stack.remove();
      await stop(world);
    });

    it(
      'comes up, with its image and data copied, and is read back as it was written',
      async () => {
        await stack.succeed('apply', '-auto-approve');
        expect(await plannedChanges(stack)).toBe('');
      },
      timeout,
    );

    it(
      'is the same after a zone was lost and came back, and goes away',
      async () => {
        const environment = { FAULTLINE_ENDPOINT: world.endpoint };
        const broken = await runCommand(['break', 'zone/us-east-1a', 'power'], environment);
        expect(broken).toMatchObject({ exitCode: 0 });
        // What is lost stands in the account as before; only what serves is gone.
        expect(await plannedChanges(stack)).toBe('');
        expect(await runCommand(['mend', '--all'], environment)).toMatchObject({ exitCode: 0 });
        expect(await plannedChanges(stack)).toBe('');
        await stack.succeed('destroy', '-auto-approve');
      },
      timeout,
    );
  },
);
