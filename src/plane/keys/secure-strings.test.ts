import { expect, test } from 'vitest';
import { openFault } from '../../world/fault-book.ts';
import { ssm } from '../../aws/ssm/service.ts';
import { createKeyWorld, kms, newKey } from './test-keys.ts';

const secret = { Name: '/db/password', Type: 'SecureString', Value: 'hunter2' };

test('a SecureString shows its value to those who ask for decryption alone', async () => {
  const it = await createKeyWorld([ssm]);
  it.ask(ssm, 'PutParameter', secret);
  const shown = it.ask(ssm, 'GetParameter', { Name: secret.Name })['Parameter'];
  expect(JSON.stringify(shown)).not.toContain('hunter2');
  const decrypted = { Name: secret.Name, WithDecryption: true };
  expect(it.ask(ssm, 'GetParameter', decrypted)['Parameter']).toMatchObject({ Value: 'hunter2' });
  expect(it.ask(ssm, 'DescribeParameters', {})['Parameters']).toMatchObject([
    { KeyId: 'alias/aws/ssm' },
  ]);
  expect(it.ask(ssm, 'GetParameterHistory', decrypted)['Parameters']).toMatchObject([
    { Value: 'hunter2', KeyId: 'alias/aws/ssm' },
  ]);
  const below = { Path: '/db', WithDecryption: true };
  expect(it.ask(ssm, 'GetParametersByPath', below)['Parameters']).toMatchObject([
    { Value: 'hunter2' },
  ]);
});

test('a SecureString is as usable as its key, which an overwrite keeps', async () => {
  const it = await createKeyWorld([ssm]);
  const KeyId = newKey(it);
  it.ask(kms, 'CreateAlias', { AliasName: 'alias/db', TargetKeyId: KeyId });
  it.ask(ssm, 'PutParameter', { ...secret, KeyId: 'alias/db' });
  it.ask(ssm, 'PutParameter', { Name: secret.Name, Value: 'other', Overwrite: true });
  expect(it.ask(ssm, 'DescribeParameters', {})['Parameters']).toMatchObject([
    { KeyId: 'alias/db', Version: 2 },
  ]);
  it.ask(kms, 'DisableKey', { KeyId });
  const decrypted = { Name: secret.Name, WithDecryption: true };
  expect(it.code(ssm, 'GetParameter', decrypted)).toBe('InvalidKeyId');
  expect(it.code(ssm, 'GetParameters', { Names: [secret.Name], WithDecryption: true })).toBe(
    'InvalidKeyId',
  );
  expect(it.code(ssm, 'GetParameter', { Name: secret.Name })).toBeUndefined();
  const none = { ...secret, Name: 'n', KeyId: 'alias/none' };
  expect(it.code(ssm, 'PutParameter', none)).toBe('InvalidKeyId');
});

test('a SecureString cannot be read while KMS is silent, and other parameters can', async () => {
  const it = await createKeyWorld([ssm]);
  it.ask(ssm, 'PutParameter', secret);
  it.ask(ssm, 'PutParameter', { Name: 'plain', Type: 'String', Value: 'x' });
  openFault(it.world, { target: 'api/us-east-1/kms', effect: 'api' });
  expect(it.code(ssm, 'GetParameter', { Name: secret.Name, WithDecryption: true })).toBe(
    'InternalServerError',
  );
  expect(it.code(ssm, 'GetParameter', { Name: 'plain' })).toBeUndefined();
});
