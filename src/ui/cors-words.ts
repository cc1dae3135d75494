import type { Preset } from '#domain/presets.ts';

/** Whether a service lets this page call it, or what to do so that it does. */
export const corsWords = ({ cors }: Preset, origin: string): string =>
	cors.replace('{page}', origin);
