import { parentPort, workerData } from 'node:worker_threads';
import { serveEngine } from './serve-engine.ts';
import type { StoreOptions } from './store-state.ts';

if (parentPort === null) throw new Error('this file runs as a worker thread only');

// The thread that starts this file passes StoreOptions as the worker's data, and nothing else does.
serveEngine(workerData as StoreOptions, parentPort);
