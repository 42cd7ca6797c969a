/**
 * What `npm test` looks for as dead code, in two runs. Without options: exports, types and files that nobody imports, tests
 * included; a name that only its own file uses is not exported. With `--production`: what only tests use, or nothing
 * at all. A pure decision that its own file uses may be exported for its test.
 */
export default {
  // A mark at the end: the program itself, as it runs without tests.
  entry: [
    'src/cli/main.ts!',
    'src/**/*-{main,worker}.ts!',
    'scripts/*.{mjs,ts}!',
    'test/bench/*.ts',
    'test/crash/{campaign,storage,endings,block-store-child,world-holder}.ts',
    'test/journals/write-journal.ts',
    'test/wire/record.ts',
    // Found by their folder or their name.
    'test/black-box/walks/*.ts',
    'test/wire/*-cases.ts',
    'test/drill/*/stack.ts',
    'examples/*/{stack.ts,server.js,app.js,web.js}',
  ],
  project: [
    'src/**/*.ts!',
    '!src/**/*.test.ts!',
    '!src/**/{test-*,*-contract,*-under-test}.ts!',
    'test/**/*.ts',
    'scripts/*.{mjs,ts}!',
  ],
  ignoreExportsUsedInFile: process.argv.includes('--production'),
  ignoreIssues: {
    // For drills that are written in TypeScript, outside of this repository.
    'src/drill/drill-file.ts': ['types'],
    // EC2 without the cryptography of a host: tests need none.
    'src/aws/ec2/service.ts': ['exports'],
    // A benchmark and tests count by it what a copy has to send.
    'src/plane/disks/copy-blocks.ts': ['exports'],
    // The faults of requests are being built: what only their tests use yet is going to be used.
    'src/world/request-faults.ts': ['exports'],
  },
};
