import type { RecordType } from './dns-records.ts';

/** What tells a resource record set from all others. */
export const recordSetId = (
  hostedZoneId: string,
  name: string,
  type: RecordType,
  setIdentifier = '',
): string => `${hostedZoneId}/${name}/${type}/${setIdentifier}`;
