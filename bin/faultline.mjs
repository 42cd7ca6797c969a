#!/usr/bin/env node
/** The command `faultline` of a checkout or an installed package. */
import { join } from 'node:path';
import { become, root } from '../scripts/set-up.mjs';

become([join(root, 'src', 'cli', 'main.ts'), ...process.argv.slice(2)]);
