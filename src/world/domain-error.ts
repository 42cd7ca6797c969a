/**
 * What an operation answers when the caller is wrong or the world does not allow it: a value, not an
 * exception. It carries AWS's own error code and message; the wire maps it to a status and a shape once, at
 * the edge. A transaction whose operation answers a DomainError changes nothing.
 */
export class DomainError {
  /** AWS's error code, for example `InvalidSubnetID.NotFound`. */
  readonly code: string;
  /** AWS's message, with the names of what was wrong. */
  readonly message: string;
  /** Members beside code and message that the service's error shape has, if any. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    this.code = code;
    this.message = message;
    this.details = details;
  }
}

/** Tells a DomainError from an answer. */
export const isDomainError = (value: unknown): value is DomainError => value instanceof DomainError;
