import {
	fieldsOf,
	without,
	withConnection,
	type ConnectionFields,
} from '#domain/connection-fields.ts';
import type { Draft } from '#domain/draft.ts';
import { withModels } from '#domain/model-lists.ts';
import { presetAt, presetCalled } from '#domain/presets.ts';
import type { SavedConnection } from '#domain/saved-connection.ts';

/** The service goes with the address: one that stands elsewhere is not meant any more. */
export const withBaseUrl = <T extends ConnectionFields>(draft: T, baseUrl: string): T =>
	withPresetId({ ...draft, baseUrl }, presetAt(baseUrl, draft.preset));

/** Its address comes with it; that of another known service goes with that one. Null: any other service. */
export function withPreset<T extends ConnectionFields>(draft: T, id: string | null): T {
	const before = presetCalled(draft.preset);
	const chosen = id === null ? null : presetCalled(id);
	const isBefores = before !== null && draft.baseUrl.trim() === before.baseUrl;
	const baseUrl = chosen?.baseUrl ?? (isBefores ? '' : draft.baseUrl);
	return withPresetId({ ...draft, baseUrl }, chosen?.id);
}

/** The models that were saved with it come with it, if there were any. */
export function withSaved(draft: Draft, { connection, models }: SavedConnection): Draft {
	const connected = withConnection(draft, fieldsOf(connection));
	return models.length > 0 ? withModels(connected, models) : connected;
}

const withPresetId = <T extends ConnectionFields>(draft: T, id: string | undefined): T =>
	id === undefined ? without(draft, ['preset']) : { ...draft, preset: id };
