import type { DomainError } from '../../world/domain-error.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { Journal } from '../../world/journal.ts';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import type { VirtualClock } from '../../world/clock.ts';
import { execute } from '../../aws/execute.ts';
import { kmsWith } from '../../aws/kms/service.ts';
import { rulesOf } from '../../aws/loaded-services.ts';
import type { Service } from '../../aws/operation.ts';
import { followOutboxes } from '../../aws/outbox-delivery.ts';
import { nodeCryptography } from './key-cryptography.ts';

/** KMS with the cryptography of this host. */
export const kms = kmsWith(nodeCryptography);

/** A world of tests with KMS and perhaps others, and ways to call them. */
export interface KeyWorld {
  readonly world: World;
  readonly clock: VirtualClock;
  /** Answers of an operation; throws its refusal. */
  readonly ask: (service: Service, operation: string, input: object, region?: string) => Answer;
  /** The code of a refusal; undefined where it was answered. */
  readonly code: (
    service: Service,
    operation: string,
    input: object,
    region?: string,
  ) => string | undefined;
}

/** Members of whatever answer, as far as tests look at them. */
export type Answer = Readonly<Record<string, unknown>>;

export const account = '111122223333';

export const days = (count: number): number => count * 24 * 3_600_000;

/** A world with KMS and these services, that delivers from Region to Region. */
export const createKeyWorld = async (
  others: readonly Service[] = [],
  journal?: Journal,
): Promise<KeyWorld> => {
  const rules = rulesOf([kms, ...others]);
  const { world, clock } = await createTestWorld({
    rules,
    ...(journal === undefined ? {} : { journal }),
  });
  followOutboxes(world);
  const call = (
    service: Service,
    operation: string,
    input: object,
    region = 'us-east-1',
  ): unknown => execute(world, { service, operation, region, account, input: { ...input } }).output;
  return {
    world,
    clock,
    ask: (...asked) => {
      const output = call(...asked);
      if (isDomainError(output)) throw new Error(`${output.code}: ${output.message}`);
      // Tests look at members that the operation has.
      return output as Answer;
    },
    code: (...asked) => {
      const output = call(...asked);
      // Only a refusal has a code.
      return isDomainError(output) ? (output satisfies DomainError).code : undefined;
    },
  };
};

/** The ARN of a new key, which these members of CreateKey describe. */
export const newKey = ({ ask }: KeyWorld, input: object = {}, region?: string): string => {
  const { KeyMetadata } = ask(kms, 'CreateKey', input, region);
  // CreateKey answers the metadata of the key.
  return (KeyMetadata as { readonly Arn: string }).Arn;
};

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
