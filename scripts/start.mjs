/** `npm start`: sets up a fresh clone, then runs `faultline` with the arguments; `faultline up` when there are none. */
import { join } from 'node:path';
import { become, root } from './set-up.mjs';

const args = process.argv.slice(2);
// Paths on the command line are meant from where the user stands, which npm hides.
become([join(root, 'src', 'cli', 'main.ts'), ...(args.length === 0 ? ['up'] : args)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
