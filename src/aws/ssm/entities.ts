import type { ParameterTier, ParameterType } from '@aws-sdk/client-ssm';
import { defineTable, type Entity } from '../../world/entity.ts';

/** A parameter of an account; the id is its name. What it says is in its versions. */
export interface Parameter extends Entity {
  /** The number of its newest version. */
  readonly version: number;
}

export const Parameters = defineTable<Parameter>('ssm-parameters');

/** One version of a parameter; the id is the name, a colon and the number. */
export interface ParameterVersion extends Entity {
  readonly name: string;
  readonly version: number;
  readonly type: ParameterType;
  /** What the user has given; of a SecureString the ciphertext, base64. */
  readonly value: string;
  /** The key of a SecureString as the user has named it. */
  readonly keyId: string | null;
  readonly description: string;
  readonly allowedPattern: string;
  readonly tier: ParameterTier;
  readonly dataType: string;
  /** The policies as they were given, each the text of one JSON object. */
  readonly policies: readonly { readonly type: string; readonly text: string }[];
  readonly labels: readonly string[];
  /** World time, milliseconds since 1970. */
  readonly modifiedAt: number;
  /** The ARN of who wrote it. */
  readonly modifiedBy: string;
}

export const ParameterVersions = defineTable<ParameterVersion>('ssm-parameter-versions', {
  name: (version) => version.name,
});
