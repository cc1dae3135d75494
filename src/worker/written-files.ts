/** What writes files, in one piece: it is loaded beside the worker's own script. */
export { Exports } from './exports.ts';
export { LiveAppends } from './live-append.ts';
