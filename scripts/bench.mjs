/** `npm run bench`: sets up a fresh clone, then runs the benchmarks; `npm run bench -- journal --json`. */
import { join } from 'node:path';
import { become, root } from './set-up.mjs';

become([join(root, 'test', 'bench', 'main.ts'), ...process.argv.slice(2)], { cwd: root });
