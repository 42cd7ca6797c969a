import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import type { Geography } from '../atlas/geography.ts';
import { readWorldFile } from '../atlas/world-file.ts';
import { isKnownTypeOrFamily } from '../aws/ec2/instances/instance-type-facts.ts';
import { UsageError } from '../text/usage-error.ts';

const parsed = (file: string): unknown => {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const what = error instanceof YAMLParseError ? 'is no YAML' : 'cannot be read';
    throw new UsageError(`--world ${file} ${what}: ${why}`);
  }
};

/** The geography that a file describes. Rejects what is wrong with a UsageError that names the file and the place in it. */
export const geographyOfFile = (file: string): Geography => {
  const result = readWorldFile(parsed(file));
  if (result.kind === 'problem') throw new UsageError(`--world ${file}: ${result.message}`);
  const { geography } = result;
  const unknown = geography.zones
    .flatMap((zone) => geography.stocksOf(zone.id))
    .flatMap((stock) => stock.types ?? [])
    .find((name) => !isKnownTypeOrFamily(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--world ${file}: capacity: there is no instance type or family '${unknown}'; DescribeInstanceTypes lists them.`,
    );
  }
  return geography;
};
