import { DomainError } from '../../../world/domain-error.ts';

const prefix = 'Invalid user data: ';

/** What is wrong with user data, or with a part of it. */
export const malformed = (message: string): DomainError =>
  new DomainError('InvalidUserData.Malformed', `${prefix}${message}`);

/** The same as one of the things that are left out. */
export const reasonOf = ({ message }: DomainError): string =>
  message.startsWith(prefix) ? message.slice(prefix.length) : message;

/** Tells what is left out, and why. */
export type LeaveOut = (what: string) => void;
