import { hash32 } from '../../atlas/hash.ts';
import { DomainError } from '../../world/domain-error.ts';
import { defineTable, type Entity } from '../../world/entity.ts';
import type { JsonValue, Timer, Tx } from '../../world/transaction.ts';

/** What was answered to a request with an idempotency token. */
interface RememberedAnswer extends Entity {
  readonly request: string;
  readonly answer: JsonValue;
}

const RememberedAnswers = defineTable<RememberedAnswer>('remembered-answers');

/** "Ensuring idempotency in Amazon EC2 API requests": a token is valid for 24 hours at least. */
const rememberedForMs = 24 * 3_600_000;

const forgetKind = 'aws/forget-answer';

const fingerprint = (input: object): string => {
  const text = JSON.stringify(input);
  return [hash32('a', text), hash32('b', text), text.length].join('-');
};

const tokenReused = (token: string): DomainError =>
  new DomainError(
    'IdempotentParameterMismatch',
    `The client token '${token}' was used before with different parameters.`,
  );

/**
 * Runs an operation once for each token: a second request with the same token and the same parameters gets the
 * first one's answer and changes nothing; with other parameters it gets
 * `IdempotentParameterMismatch`, or what `reused` says.
 */
export const once = <T>(
  tx: Tx,
  operation: string,
  token: string,
  input: object,
  run: () => T | DomainError,
  reused: (token: string) => DomainError = tokenReused,
): T | DomainError => {
  const id = `${operation}/${token}`;
  const request = fingerprint(input);
  const remembered = tx.get(RememberedAnswers, id);
  if (remembered !== undefined) {
    return remembered.request === request
      ? // What was remembered under this operation's name is an answer of this operation.
        (remembered.answer as T)
      : reused(token);
  }
  const output = run();
  if (output instanceof DomainError) return output;
  // Answers of operations that take tokens are plain JSON.
  tx.put(RememberedAnswers, { id, request, answer: output as JsonValue });
  tx.setTimer({
    id: `${forgetKind}/${id}`,
    at: tx.now + rememberedForMs,
    kind: forgetKind,
    payload: id,
  });
  return output;
};

/** The timer that forgets an answer when its time is over. */
export const idempotencyTimers: Readonly<Record<string, (tx: Tx, timer: Timer) => void>> = {
  [forgetKind]: (tx, timer) => {
    if (typeof timer.payload === 'string') tx.delete(RememberedAnswers, timer.payload);
  },
};
