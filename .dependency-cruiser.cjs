const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * The direction of arrows between rooms, lowest first. Any other arrow fails `npm test`. `docs/architecture.md` says what
 * each room is for.
 */
const rooms = {
  text: [],
  atlas: [],
  world: ['atlas'],
  aws: ['atlas', 'world'],
  store: ['world'],
  wire: ['atlas', 'world', 'aws'],
  plane: ['atlas', 'world', 'aws'],
  drill: ['text', 'atlas', 'world', 'aws'],
  serving: ['text', 'atlas', 'world', 'aws', 'plane'],
  runtime: ['text', 'atlas', 'world', 'aws', 'plane', 'serving'],
  live: ['text', 'atlas', 'world', 'aws', 'plane', 'serving', 'runtime'],
  simulated: ['text', 'atlas', 'world', 'aws', 'plane', 'serving', 'runtime', 'drill'],
  admin: ['text', 'atlas', 'world', 'aws', 'plane', 'serving', 'live'],
  server: ['text', 'atlas', 'world', 'aws', 'store', 'wire', 'plane', 'serving', 'live', 'admin'],
  'drill-worlds': 'text atlas world aws wire plane drill serving live simulated admin server'.split(
    ' ',
  ),
};

/**
 * The folders of services in the order of `src/aws/services.ts`. A service knows those before it in that list; whoever comes
 * after it follows its tables, or fills its extension points, without being known (`src/world/rules.ts`).
 */
const servicesInOrder = (() => {
  const text = readFileSync(join(__dirname, 'src/aws/services.ts'), 'utf8');
  const folders = new Map(
    [...text.matchAll(/import \{ about as (\w+) \} from '\.\/([\w-]+)\/about\.ts'/g)].map(
      ([, name, folder]) => [name, folder],
    ),
  );
  const list = text.slice(text.indexOf('= ['), text.indexOf('];'));
  return [...list.matchAll(/\w+/g)].map(([name]) => folders.get(name));
})();

const all = [...Object.keys(rooms), 'console', 'cli'];

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room}-arrows`,
      comment: `${room} may only look at: ${['itself', ...allowed].join(', ')}.`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: {
        path: `^src/(${all.filter((other) => other !== room && !allowed.includes(other)).join('|')})/`,
      },
    })),
    ...servicesInOrder.slice(0, -1).map((service, at) => ({
      name: `${service}-arrows`,
      comment: `aws/${service} may only look at services before it in src/aws/services.ts.`,
      severity: 'error',
      from: { path: `^src/aws/${service}/`, pathNot: '(\\.test|/test-[^/]*)\\.ts$' },
      to: { path: `^src/aws/(${servicesInOrder.slice(at + 1).join('|')})/` },
    })),
    {
      name: 'pure-rooms-know-no-host',
      comment: 'atlas, world and aws run in simulation too: they import nothing of the host.',
      severity: 'error',
      from: { path: '^src/(atlas|world|aws)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: '^src/' },
      // What is imported when it is first needed (a service's code by its `about.ts`) cannot hold up who imports it.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    {
      name: 'no-development-parts-at-run-time',
      comment: 'A development dependency may be imported as a type, never as code.',
      severity: 'error',
      from: { path: '^src/', pathNot: '(\\.test|-contract)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,

    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
