import { presets } from '#domain/presets.ts';

export const otherService = 'other';

export const serviceOptions: readonly { readonly value: string; readonly label: string }[] = [
	...presets.map(({ id, name }) => ({ value: id, label: name })),
	{ value: otherService, label: 'Other' },
];
