import { KMS } from '@aws-sdk/client-kms';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClient, awsClients } from '../support/aws-clients.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { plannedChanges, terraformIsLacking, workspaceOf } from './terraform.ts';
import type { Workspace } from './terraform.ts';

const reason = terraformIsLacking('stores');

/** Most of it is the provider's fixed pauses between two looks. */
const timeout = 240_000;

const changed = ['-var=password=second', '-var=stage=test'];

/** What is taken out of the state and found again by its id. */
const imported = ['aws_kms_key.second', 'aws_kms_alias.main', 'aws_ssm_parameter.host'];

describe.skipIf(reason !== undefined)(
  `keys, parameters and secrets of Terraform${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let world: Running;
    let stack: Workspace;
    beforeAll(async () => {
      world = await startReady({ speed: 20 });
      stack = await workspaceOf('stores', world.endpoint);
    }, timeout);
    afterAll(async () => {
      stack.remove();
      await stop(world);
    });

    const read = async (): Promise<unknown> =>
      JSON.parse(await stack.succeed('output', '-json', 'read'));

    it(
      'come up and are read back as they were written',
      async () => {
        await stack.succeed('apply', '-auto-approve');
        expect(await plannedChanges(stack)).toBe('');
        expect(await read()).toEqual({
          greeting: 'hello',
          secret: { user: 'shop', password: 'first' },
        });
      },
      timeout,
    );

    it(
      'change in place, and what is a version is another one',
      async () => {
        const output = await stack.succeed('apply', '-auto-approve', ...changed);
        expect(output).toContain('1 added, 4 changed, 1 destroyed');
        expect(await plannedChanges(stack, ...changed)).toBe('');
        expect(await read()).toMatchObject({ secret: { password: 'second' } });
      },
      timeout,
    );

    it(
      'are imported by their ids',
      async () => {
        for (const address of imported) {
          const shown = await stack.succeed('state', 'show', address);
          const [, id] = /^ {4}id +=\s+"(.+)"$/m.exec(shown) ?? [];
          await stack.succeed('state', 'rm', address);
          await stack.succeed('import', ...changed, address, id ?? 'none');
        }
        // The days that a key waits for its end are an argument of the provider, which no API tells.
        const left = await stack.run('plan', '-detailed-exitcode', ...changed);
        expect(left.output).toContain('0 to add, 1 to change, 0 to destroy');
        expect(left.output).toMatch(/\+ deletion_window_in_days += 7/);
      },
      timeout,
    );

    it(
      'go away, their keys after their days',
      async () => {
        await stack.succeed('destroy', '-auto-approve', ...changed);
        const { ssm } = awsClients(world.endpoint);
        expect((await ssm.describeParameters({})).Parameters).toEqual([]);
        const safe = awsClient(SecretsManager, world.endpoint);
        expect((await safe.listSecrets({ IncludePlannedDeletion: true })).SecretList).toEqual([]);
        const kms = awsClient(KMS, world.endpoint);
        const { Keys = [] } = await kms.listKeys({});
        const described = await Promise.all(
          Keys.map(async ({ KeyId }) => (await kms.describeKey({ KeyId })).KeyMetadata),
        );
        const own = described.filter((key) => key?.KeyManager === 'CUSTOMER');
        expect(own.map((key) => key?.KeyState)).toEqual(['PendingDeletion']);
      },
      timeout,
    );
  },
);
