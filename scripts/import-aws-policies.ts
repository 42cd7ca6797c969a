/**
 * Writes `src/aws/iam/aws-policies.json`, the policies that AWS manages, as getmoto/moto (Apache-2.0) collects them from IAM:
 * `node scripts/import-aws-policies.ts --from FILE --version VERSION`, FILE being `moto/iam/aws_managed_policies.py` of that
 * version's PyPI package.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { from: { type: 'string' }, version: { type: 'string' } },
});
const { from, version } = options;
if (from === undefined || version === undefined) {
  process.stderr.write(
    'Usage: node scripts/import-aws-policies.ts --from FILE --version VERSION\n',
  );
  process.exit(2);
}

/** What IAM says of one policy in the answer to GetAccountAuthorizationDetails. */
interface Collected {
  readonly CreateDate: string;
  readonly UpdateDate: string;
  readonly DefaultVersionId: string;
  readonly Document: object;
  readonly Path: string;
}

const text = readFileSync(from, 'utf8');
const quotes = '"""';
const body = text.slice(text.indexOf(quotes) + quotes.length, text.lastIndexOf(quotes));
// The file holds one object of JSON between its quotes.
const collected = JSON.parse(body) as Readonly<Record<string, Collected>>;

const seconds = (date: string): number => Math.floor(new Date(date).getTime() / 1000);

const lines = Object.entries(collected)
  .map(([name, policy]) => [`${policy.Path}${name}`, policy] as const)
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([pathAndName, policy]) => {
    const { CreateDate, UpdateDate, DefaultVersionId, Document } = policy;
    const row = [
      DefaultVersionId,
      seconds(CreateDate),
      seconds(UpdateDate),
      JSON.stringify(Document),
    ];
    return `    ${JSON.stringify(pathAndName)}: ${JSON.stringify(row)}`;
  });

writeFileSync(
  fileURLToPath(new URL('../src/aws/iam/aws-policies.json', import.meta.url)),
  `{
  "_source": "AWS's own list of the policies that it manages, as collected in getmoto/moto ${version} (moto/iam, Apache-2.0).",
  "_policies": "By path and name: the default version, when the policy and that version were made (seconds since 1970), and its document.",
  "policies": {
${lines.join(',\n')}
  }
}
`,
);
process.stdout.write(`${lines.length} policies\n`);
