import { describe, expect, it } from 'vitest';
import { awsClients } from '../../support/aws-clients.ts';
import type { Running } from '../../support/faultline-process.ts';

/** Whom AWS writes to about an account, and what it is called. */
export const walkContacts = (world: () => Running): void => {
  describe('the contacts of an account', () => {
    it('are kept as they were given', async () => {
      const { account } = awsClients(world().endpoint, { accessKeyId: '222233334449' });
      const security = {
        AlternateContactType: 'SECURITY',
        Name: 'Ann',
        Title: 'Guard',
        EmailAddress: 'ann@example.com',
        PhoneNumber: '+1 555 0100',
      } as const;
      const { AlternateContactType } = security;
      await account.putAlternateContact(security);
      const read = await account.getAlternateContact({ AlternateContactType });
      expect(read.AlternateContact).toEqual(security);
      await account.deleteAlternateContact({ AlternateContactType });
      const ContactInformation = {
        FullName: 'Ann',
        AddressLine1: 'Road 1',
        City: 'Rome',
        PostalCode: '00100',
        CountryCode: 'IT',
        PhoneNumber: '+39555',
      };
      await account.putContactInformation({ ContactInformation });
      expect(await account.getContactInformation({})).toMatchObject({ ContactInformation });
      await account.putAccountName({ AccountName: 'shop' });
      expect(await account.getAccountInformation({})).toMatchObject({ AccountName: 'shop' });
    });
  });
};
