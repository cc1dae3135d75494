import type { EngineApi, ExportFile, OpenedSetup, SetupExport } from '#contract/engine-api.ts';
import type { Dataset } from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import { err, type Result } from '#domain/result.ts';
import { missingColumns } from './setup-data.ts';

/** What became of the setup file that was opened last. */
export type SetupNotice =
	| {
			readonly kind: 'opened';
			readonly file: string;
			/** Columns that its prompts or its ids need and the data here does not have. */
			readonly missing: readonly string[];
			/** The data that is here; null: none is. */
			readonly data: string | null;
	  }
	| { readonly kind: 'refused'; readonly file: string; readonly problems: readonly string[] };

/** Setups as files. The draft that an opened one took the place of can be brought back. */
export class SetupFileState {
	readonly #api: EngineApi;
	notice = $state.raw<SetupNotice | null>(null);
	#before: Draft | null = null;

	constructor(api: EngineApi) {
		this.#api = api;
	}

	export(draft: Draft, choice: SetupExport): Promise<Result<ExportFile, string>> {
		return this.#api
			.exportSetup(draft, choice)
			.catch((error: unknown) => err(error instanceof Error ? error.message : String(error)));
	}

	/** Null where the file is no setup, which the notice then says. */
	async read(file: File): Promise<OpenedSetup | null> {
		const read = await this.#api.openSetup(file);
		if (read.ok) return read.value;
		this.notice = { kind: 'refused', file: file.name, problems: read.error };
		return null;
	}

	/** Each would take the place of the one before. */
	refuseSeveral(files: readonly File[]): void {
		const file = files.map(({ name }) => name).join(', ');
		this.notice = { kind: 'refused', file, problems: ['Open one setup at a time.'] };
	}

	/** Told that a setup stands in the place of the draft before. */
	opened(file: string, draft: Draft, before: Draft, dataset: Dataset | null): void {
		this.#before = before;
		const missing = missingColumns(draft, dataset);
		this.notice = { kind: 'opened', file, missing, data: dataset?.name ?? null };
	}

	/** The draft before, once. */
	takeBack(): Draft | null {
		const before = this.#before;
		this.dismiss();
		return before;
	}

	dismiss(): void {
		this.#before = null;
		this.notice = null;
	}
}
