import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The operations that docs/coverage.md lists, in order, as `ec2:DescribeVpcs`. */
export const listedOperations = (): readonly string[] => {
  const file = join(import.meta.dirname, '..', '..', 'docs', 'coverage.md');
  const [page = ''] = readFileSync(file, 'utf8').split('## Every service of AWS');
  const listed: string[] = [];
  // A row of the table names the credential scope of a service; the section of its title lists the operations.
  for (const [, title, scope] of page.matchAll(/^\| ([^|]+) \| `([a-z0-9]+)` \|/gm)) {
    const section = page.split(`## ${title ?? ''}\n`)[1]?.split('\n## ')[0] ?? '';
    for (const [, operation] of section.matchAll(/^- (\w+)$/gm)) {
      listed.push(`${scope ?? ''}:${operation ?? ''}`);
    }
  }
  return listed.toSorted();
};
