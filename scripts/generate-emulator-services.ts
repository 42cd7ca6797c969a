/**
 * Writes `scripts/emulator-services.json`: which services the emulators have that Faultline knows (`src/aws/behind/presets.ts`), by
 * botocore's names. docs/coverage.md is made of it.
 *
 *     node scripts/generate-emulator-services.ts
 *
 * It takes moto, MiniStack and LocalStack from PyPI by python3's pip, in the versions below, and reads what each of them says of
 * itself. floci is on no registry that is read here: its services are those of the page that `source` names.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allAwsServices, type AwsService } from '../src/wire/aws-operations.ts';

interface Emulator {
  readonly version: string;
  readonly source: string;
  readonly services: readonly string[];
}

const aws = await allAwsServices();

/** Botocore's names of the services that somebody calls so: by name or host, else by scope. */
const modelsNamed = (name: string): readonly string[] => {
  const by = (key: (service: AwsService) => string): readonly string[] =>
    aws.filter((service) => key(service) === name).map(({ model }) => model);
  return (
    [() => by(({ model }) => model), () => by(({ host }) => host), () => by(({ scope }) => scope)]
      .map((find) => find())
      .find((found) => found.length > 0) ?? []
  );
};

const unpacked = <T>(wanted: string, read: (directory: string) => T): T => {
  const scratch = mkdtempSync(join(tmpdir(), 'faultline-emulator-'));
  const python = (...args: readonly string[]): void => {
    execFileSync('python3', ['-m', ...args], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  try {
    python('pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', wanted);
    const wheel = readdirSync(scratch).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`PyPI gave no wheel of ${wanted}`);
    python('zipfile', '-e', wheel, 'unpacked');
    return read(join(scratch, 'unpacked'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
};

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted();

/** moto lists which of its parts answers at which host of AWS. */
const motoServices = (directory: string): readonly string[] => {
  const text = readFileSync(join(directory, 'moto/backend_index.py'), 'utf8');
  const patterns = [...text.matchAll(/re\.compile\(\s*("(?:[^"\\]|\\.)*")\s*\)/g)].map(
    // A string of Python without anything that JSON has not; its named groups are written otherwise.
    ([, literal = '""']) =>
      new RegExp(`^${(JSON.parse(literal) as string).replaceAll('(?P<', '(?<')}`),
  );
  return aws
    .filter(({ host }) =>
      ['.us-east-1.amazonaws.com', '.amazonaws.com', '.us-east-1.api.aws'].some((suffix) =>
        patterns.some((pattern) => pattern.test(`https://${host}${suffix}`)),
      ),
    )
    .map(({ model }) => model);
};

/** MiniStack registers its services by name, with others that they go by. */
const ministackServices = (directory: string): readonly string[] => {
  const text = readFileSync(join(directory, 'ministack/app.py'), 'utf8');
  const from = text.indexOf('SERVICE_REGISTRY = {');
  const registry = text.slice(from, text.indexOf('\n}\n', from));
  const names = [...registry.matchAll(/^ {4}"([^"]+)": \{/gm)].map(([, name = '']) => name);
  const aliases = [...registry.matchAll(/"aliases": \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  );
  return [...names, ...aliases].flatMap(modelsNamed);
};

/** LocalStack's providers are entry points of its package. */
const localstackServices = (directory: string): readonly string[] => {
  const info = readdirSync(directory).find((name) => name.endsWith('.dist-info')) ?? '';
  const text = readFileSync(join(directory, info, 'entry_points.txt'), 'utf8');
  const from = text.indexOf('[localstack.aws.provider]');
  const section = text.slice(from, text.indexOf('\n[', from));
  return [...section.matchAll(/^([\w-]+):/gm)].flatMap(([, name = '']) => modelsNamed(name));
};

const readers = {
  moto: { package: 'moto', version: '5.2.5', read: motoServices },
  ministack: { package: 'ministack', version: '1.5.33', read: ministackServices },
  localstack: { package: 'localstack-core', version: '2026.3.0', read: localstackServices },
};

const file = join(import.meta.dirname, 'emulator-services.json');
// The file is written by this script in exactly this form.
const present = JSON.parse(readFileSync(file, 'utf8')) as { readonly floci: Emulator };
const emulators: Record<string, Emulator> = { floci: present.floci };
for (const [name, { package: wheel, version, read }] of Object.entries(readers)) {
  const services = sorted(unpacked(`${wheel}==${version}`, read));
  emulators[name] = { version, source: `${wheel} on PyPI`, services };
  process.stdout.write(`${name} ${version}: ${services.length} services\n`);
}
writeFileSync(file, `${JSON.stringify(emulators, null, 2)}\n`);
