import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import type { Geography } from '../atlas/geography.ts';
import { readWorldFile } from '../atlas/world-file.ts';
import { isKnownTypeOrFamily } from '../aws/ec2/instances/instance-type-facts.ts';
import { DomainError } from '../world/domain-error.ts';

const wrong = (message: string): DomainError => new DomainError('InvalidWorldFile', message);

/** The geography that a file describes. The error is one line that begins with the file, and names the place in it. */
export const geographyOfFile = (file: string): Geography | DomainError => {
  let written: unknown;
  try {
    written = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const what = error instanceof YAMLParseError ? 'is no YAML' : 'cannot be read';
    return wrong(`${file} ${what}: ${why}`);
  }
  const result = readWorldFile(written);
  if (result.kind === 'problem') return wrong(`${file}: ${result.message}`);
  const { geography } = result;
  const unknown = geography.zones
    .flatMap((zone) => geography.stocksOf(zone.id))
    .flatMap((stock) => stock.types ?? [])
    .find((name) => !isKnownTypeOrFamily(name));
  return unknown === undefined
    ? geography
    : wrong(
        `${file}: capacity: there is no instance type or family '${unknown}'; DescribeInstanceTypes lists them.`,
      );
};
