import { expose } from 'comlink';
import { browserHost } from './browser-host.ts';
import { createEngine } from './create-engine.ts';

expose(createEngine(browserHost()));
