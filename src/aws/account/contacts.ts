import type {
  ContactInformation,
  DeleteAlternateContactRequest,
  GetAccountInformationRequest,
  GetAccountInformationResponse,
  GetAlternateContactRequest,
  GetAlternateContactResponse,
  GetContactInformationRequest,
  GetContactInformationResponse,
  PutAccountNameRequest,
  PutAlternateContactRequest,
  PutContactInformationRequest,
} from '@aws-sdk/client-account';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { AccountNames, AlternateContacts, PrimaryContacts } from './entities.ts';
import { contactNotFound, noContactInformation, noOrganization } from './errors.ts';

const getAlternateContact: Operation<GetAlternateContactRequest, GetAlternateContactResponse> = (
  tx,
  input,
) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'GetAlternateContact');
  const contact = tx.get(AlternateContacts, input.AlternateContactType ?? '');
  if (contact === undefined) return contactNotFound();
  return {
    AlternateContact: {
      AlternateContactType: input.AlternateContactType,
      Name: contact.name,
      Title: contact.title,
      EmailAddress: contact.emailAddress,
      PhoneNumber: contact.phoneNumber,
    },
  };
};

/** PutAlternateContact: the one of its type, in place of another. */
const putAlternateContact: Operation<PutAlternateContactRequest, Nothing> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'PutAlternateContact');
  tx.put(AlternateContacts, {
    id: input.AlternateContactType ?? '',
    name: input.Name ?? '',
    title: input.Title ?? '',
    emailAddress: (input.EmailAddress ?? '').trim(),
    phoneNumber: input.PhoneNumber ?? '',
  });
  return {};
};

const deleteAlternateContact: Operation<DeleteAlternateContactRequest, Nothing> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'DeleteAlternateContact');
  const type = input.AlternateContactType ?? '';
  if (tx.get(AlternateContacts, type) === undefined) return contactNotFound();
  tx.delete(AlternateContacts, type);
  return {};
};

const getContactInformation: Operation<
  GetContactInformationRequest,
  GetContactInformationResponse
> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'GetContactInformation');
  const contact = tx.get(PrimaryContacts, 'primary');
  if (contact === undefined) return noContactInformation();
  // What is kept is what the wire has checked against this very shape.
  return { ContactInformation: contact.fields as unknown as Plain<ContactInformation> };
};

/** PutContactInformation: all of it; a field that is not given is gone. */
const putContactInformation: Operation<PutContactInformationRequest, Nothing> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'PutContactInformation');
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.ContactInformation ?? {})) {
    if (typeof value === 'string') fields[name] = value;
  }
  tx.put(PrimaryContacts, { id: 'primary', fields });
  return {};
};

/** GetAccountInformation: an account that nobody has named is called by its number. */
const getAccountInformation: Operation<
  GetAccountInformationRequest,
  GetAccountInformationResponse
> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'GetAccountInformation');
  return {
    AccountId: tx.account,
    AccountName: tx.get(AccountNames, 'name')?.name ?? tx.account,
    AccountState: 'ACTIVE',
  };
};

const putAccountName: Operation<PutAccountNameRequest, Nothing> = (tx, input) => {
  if (input.AccountId !== undefined) return noOrganization(tx.account, 'PutAccountName');
  tx.put(AccountNames, { id: 'name', name: input.AccountName ?? '' });
  return {};
};

/** Whom AWS writes to about an account, and what it is called: facts that nobody acts on here. */
export const contactOperations = {
  DeleteAlternateContact: deleteAlternateContact,
  GetAccountInformation: getAccountInformation,
  GetAlternateContact: getAlternateContact,
  GetContactInformation: getContactInformation,
  PutAccountName: putAccountName,
  PutAlternateContact: putAlternateContact,
  PutContactInformation: putContactInformation,
};
