/**
 * Writes `src/aws/ec2/endpoints/endpoint-services.json`, the names under which AWS's services have endpoints in VPCs:
 * `node scripts/import-endpoint-services.ts --from FILE --commit COMMIT`, FILE being `modules/aws/vpc_endpoints/service_codes.md`
 * of that commit of aws-samples/aws-tf-nw-shared-svc (MIT-0).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { from: { type: 'string' }, commit: { type: 'string' } },
});
const { from, commit } = options;
if (from === undefined || commit === undefined) {
  process.stderr.write(
    'Usage: node scripts/import-endpoint-services.ts --from FILE --commit COMMIT\n',
  );
  process.exit(2);
}

/** One row: a code, the service's name for people, the name of its endpoints, and the host that they stand for. */
const rows = readFileSync(from, 'utf8')
  .replaceAll(/<span[^>]*>\*region\*<\/span>/g, 'REGION')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .flatMap(([, code = '', , name = '', host = '']) =>
    name.startsWith('com.amazonaws.') ? { code, name, host } : [],
  );

const hosts: [string, string][] = rows
  .filter(({ code, name }) => name === `com.amazonaws.REGION.${code}`)
  .map(({ code, host }) => [code, host.replace(/\.REGION\.amazonaws\.com$/, '')]);

const facts = {
  _source: `https://github.com/aws-samples/aws-tf-nw-shared-svc/blob/${commit}/modules/aws/vpc_endpoints/service_codes.md (MIT-0)`,
  _hosts: 'By the last part of the name of the endpoint service: the host before the Region.',
  hosts: Object.fromEntries(hosts.toSorted(([a], [b]) => (a < b ? -1 : 1))),
};

writeFileSync(
  fileURLToPath(new URL('../src/aws/ec2/endpoints/endpoint-services.json', import.meta.url)),
  `${JSON.stringify(facts, null, 2)}\n`,
);
process.stdout.write(`${hosts.length} services\n`);
