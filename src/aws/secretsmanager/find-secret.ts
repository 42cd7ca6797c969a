import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { Secrets, type Secret } from './entities.ts';
import { markedForDeletion, onReplica, secretNotFound } from './errors.ts';

/** The ARN of a secret in a Region; a replica has its primary's suffix. */
export const secretArn = (
  view: Pick<View, 'shard' | 'account'>,
  secret: Pick<Secret, 'id' | 'suffix'>,
): string =>
  `arn:aws:secretsmanager:${view.shard}:${view.account}:secret:${secret.id}-${secret.suffix}`;

/**
 * The secret that a request names: by its name, its ARN, or its ARN without the suffix ("SecretId", API Reference). Error:
 * ResourceNotFoundException.
 */
export const findSecret = (view: View, named: string | undefined = ''): Secret | DomainError => {
  const byName = view.get(Secrets, named);
  if (byName !== undefined) return byName;
  const prefix = `arn:aws:secretsmanager:${view.shard}:${view.account}:secret:`;
  if (!named.startsWith(prefix)) return secretNotFound();
  const rest = named.slice(prefix.length);
  const whole = view.get(Secrets, rest.replace(/-[A-Za-z0-9]{6}$/, ''));
  if (whole !== undefined && secretArn(view, whole) === named) return whole;
  return view.get(Secrets, rest) ?? secretNotFound();
};

/** The secret, as long as it is not to be deleted. */
export const liveSecret = (view: View, named: string | undefined): Secret | DomainError => {
  const secret = findSecret(view, named);
  return isDomainError(secret) || secret.deletedAt === null ? secret : markedForDeletion();
};

/** The secret, where it may be changed: not a replica. */
export const changeableSecret = (view: View, named: string | undefined): Secret | DomainError => {
  const secret = liveSecret(view, named);
  return isDomainError(secret) || secret.primaryRegion === null ? secret : onReplica();
};

/** What answers about a secret begin with. */
export const namesOf = (
  view: View,
  secret: Secret,
): { readonly ARN: string; readonly Name: string } => ({
  ARN: secretArn(view, secret),
  Name: secret.id,
});
