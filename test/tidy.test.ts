import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

const tracked = (): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(root, file)));

/** Outside of a checkout, such as in an unpacked archive, there is no list: then every file below is read. */
const walk = (folder: string): readonly string[] =>
  readdirSync(join(root, folder)).flatMap((name) => {
    if (name === 'node_modules' || name === '.git') return [];
    const file = join(folder, name);
    return statSync(join(root, file)).isDirectory() ? walk(file) : [file];
  });

const files = existsSync(join(root, '.git')) ? tracked() : walk('.');
const code = files.filter((file) => /^(src|test|scripts|bin|examples)\//.test(file));
const sources = code.filter((file) => ['.ts', '.mjs', '.cjs'].includes(extname(file)));
const prose = files.filter((file) =>
  ['.md', '.ts', '.mjs', '.yaml', '.yml'].includes(extname(file)),
);

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** This file names what it forbids. */
const isThisFile = (file: string): boolean => file === 'test/tidy.test.ts';

const matching = (list: readonly string[], pattern: RegExp): readonly string[] =>
  list.flatMap((file) =>
    isThisFile(file)
      ? []
      : read(file)
          .split('\n')
          .flatMap((line, index) =>
            pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
          ),
  );

describe('the repository', () => {
  it('has files of at most 500 lines', () => {
    const long = sources.filter((file) => read(file).split('\n').length > 501);
    expect(long).toEqual([]);
  });

  it('names files in kebab case', () => {
    const odd = sources.filter(
      (file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config)?$/.test(basename(file, extname(file))),
    );
    expect(odd.filter((file) => file.startsWith('src/'))).toEqual([]);
  });

  it('has no barrel file, no default export in a room and no export star', () => {
    expect(sources.filter((file) => /^src\/.*\/index\.ts$/.test(file))).toEqual([]);
    expect(
      matching(
        sources.filter((file) => file.startsWith('src/')),
        /^export (default|\*)/,
      ),
    ).toEqual([]);
  });

  it('has no name that says nothing', () => {
    expect(
      matching(
        sources.filter((file) => file.startsWith('src/')),
        /\b(class|interface|type|const|function) \w*(Manager|Helper|Utils?|Impl)\b/,
      ),
    ).toEqual([]);
  });

  it('leaves nothing for later in a comment and silences no tool', () => {
    expect(matching(sources, /\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([]);
    expect(matching(sources, /@ts-(ignore|nocheck)|oxlint-disable(?!-next-line)/)).toEqual([]);
  });

  it('gives a reason beside each cast through unknown', () => {
    const bare = sources
      .filter((file) => file.startsWith('src/') && !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const lines = read(file).split('\n');
        return lines.flatMap((line, index) => {
          if (!/\bas (unknown as|never\b)/.test(line)) return [];
          const near = lines.slice(Math.max(0, index - 6), index + 1);
          return near.some((other) => /\/\/|\*/.test(other))
            ? []
            : [`${file}:${index + 1}: ${line.trim()}`];
        });
      });
    expect(bare).toEqual([]);
  });

  it('swallows no error', () => {
    const empty = sources.filter((file) => /catch(\s*\([^)]*\))?\s*\{\s*\}/.test(read(file)));
    expect(empty.filter((file) => !isThisFile(file))).toEqual([]);
  });

  it('keeps what the journal holds in tables of the pure rooms', () => {
    const elsewhere = sources.filter(
      (file) => file.startsWith('src/') && !/^src\/(world|aws)\/|\.test\.ts$/.test(file),
    );
    expect(matching(elsewhere, /\bdefineTable\b/)).toEqual([]);
  });

  it('names no machine and no registry', () => {
    const machines =
      /(^|[\s"'`(=])\/(home|root|Users|work)\/|registry\.npmjs|files\.pythonhosted|pypi\.org\/simple|deb\.debian\.org/;
    expect(matching([...new Set([...prose, 'package-lock.json'])], machines)).toEqual([]);
  });

  it('loads no code of a development dependency at run time', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const shipped = sources.filter(
      (file) => file.startsWith('src/') && !/\.test\.ts$|\/test-|-contract\.ts$/.test(file),
    );
    const names = Object.keys(devDependencies).map((name) => name.replaceAll(/[/@.-]/g, '\\$&'));
    const imports = new RegExp(`^import (?!type\\b).*from '(${names.join('|')})'`);
    expect(matching(shipped, imports)).toEqual([]);
  });

  it('pins every version', () => {
    const manifest = JSON.parse(read('package.json')) as {
      readonly dependencies: Readonly<Record<string, string>>;
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('has the same shape in every service folder', () => {
    // What services share, and what becomes of those that are not here.
    const others = ['shared', 'behind'];
    const services = readdirSync(join(root, 'src/aws')).filter(
      (name) => !others.includes(name) && statSync(join(root, 'src/aws', name)).isDirectory(),
    );
    const makesErrors = (service: string): boolean =>
      readdirSync(join(root, 'src/aws', service))
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .some((file) => read(`src/aws/${service}/${file}`).includes('new DomainError('));
    const missing = services.flatMap((service) =>
      ['README.md', 'service.ts', ...(makesErrors(service) ? ['errors.ts'] : [])]
        .map((file) => `src/aws/${service}/${file}`)
        .filter((file) => !existsSync(join(root, file))),
    );
    expect(missing).toEqual([]);
  });
});
