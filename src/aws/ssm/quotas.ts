/** AWS Systems Manager endpoints and quotas (AWS General Reference), "Parameter Store". */
export const quotas = {
  standardParameters: 10_000,
  advancedParameters: 100_000,
  /** Bytes of a value. */
  standardValueBytes: 4096,
  advancedValueBytes: 8192,
  versions: 100,
  labelsPerVersion: 10,
  policiesPerParameter: 10,
  /** Characters of a name, its ARN's beginning not counted. */
  nameLength: 1011,
  levels: 15,
} as const;
