import { expect, test } from 'vitest';
import { createTestWorld } from '../../world/test-world.ts';
import { execute } from '../execute.ts';
import { account } from './service.ts';

const open = async () => {
  const { world } = await createTestWorld();
  return (operation: string, input: object = {}): unknown =>
    execute(world, {
      service: account,
      operation,
      region: 'us-east-1',
      account: '111122223333',
      input: { ...input },
    }).output;
};

const billing = {
  AlternateContactType: 'BILLING',
  Name: 'Ann',
  Title: 'Books',
  EmailAddress: 'ann@example.com',
  PhoneNumber: '+1 555 0100',
};

test('an alternate contact is given, replaced and taken away', async () => {
  const call = await open();
  const type = { AlternateContactType: 'BILLING' };
  const missing = {
    code: 'ResourceNotFoundException',
    message: 'No contact of the inputted alternate contact type found.',
  };
  expect(call('GetAlternateContact', type)).toMatchObject(missing);
  call('PutAlternateContact', billing);
  call('PutAlternateContact', { ...billing, Name: 'Bob' });
  expect(call('GetAlternateContact', type)).toEqual({
    AlternateContact: { ...billing, Name: 'Bob' },
  });
  expect(call('GetAlternateContact', { AlternateContactType: 'SECURITY' })).toMatchObject(missing);
  expect(call('DeleteAlternateContact', type)).toEqual({});
  expect(call('DeleteAlternateContact', type)).toMatchObject(missing);
});

test('contact information is replaced as a whole', async () => {
  const call = await open();
  expect(call('GetContactInformation')).toMatchObject({ code: 'ResourceNotFoundException' });
  const ContactInformation = { FullName: 'Ann', AddressLine1: 'Road 1', City: 'Rome' };
  call('PutContactInformation', {
    ContactInformation: { ...ContactInformation, CompanyName: 'Shop' },
  });
  call('PutContactInformation', { ContactInformation });
  expect(call('GetContactInformation')).toEqual({ ContactInformation });
});

test('an account is called by its number until somebody names it', async () => {
  const call = await open();
  expect(call('GetAccountInformation')).toMatchObject({ AccountName: '111122223333' });
  call('PutAccountName', { AccountName: 'shop' });
  expect(call('GetAccountInformation')).toMatchObject({
    AccountId: '111122223333',
    AccountName: 'shop',
    AccountState: 'ACTIVE',
  });
});

test('another account cannot be named', async () => {
  const call = await open();
  expect(call('PutAlternateContact', { ...billing, AccountId: '444455556666' })).toMatchObject({
    code: 'AccessDeniedException',
  });
});
