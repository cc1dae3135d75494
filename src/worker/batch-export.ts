import type { BatchExport } from '#contract/engine-api.ts';
import { batchMark, customIdOf } from '#domain/batch-id.ts';
import type { DatasetMark } from '#domain/dataset.ts';
import { textAt } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { waitingCount } from '#domain/run.ts';
import { endpointCalls } from '#openai/endpoint-calls.ts';
import { requestBody } from '#openai/request-body.ts';
import { promptBounds } from '#tokens/prompt-bounds.ts';
import { fileNameOf } from '#domain/file-name.ts';
import type { Walk } from './door.ts';
import type { RunView } from './runs.ts';

/** What the Batch API takes in one file, of one model. */
export const batchLimits = { requests: 50_000, bytes: 200_000_000 };

const partBytes = 1_048_576;
const encoder = new TextEncoder();

/** What waits, as the Batch API takes it: each request with the very body that it would be sent with now. */
export async function exportBatch(
	{ run, store, plan, hasData }: RunView,
	data: DatasetMark | null,
	{ signal, progress }: Walk,
	limits = batchLimits,
): Promise<Result<BatchExport, readonly string[]>> {
	const { setup } = run;
	const { connection, endpoint, contextWindow = null } = setup;
	if (connection.provider === 'demo')
		return err(['The Demo has no Batch API. Duplicate the run with another connection.']);
	if (setup.shares !== undefined)
		return err([
			'This run sends to several connections, and a batch goes to one. Duplicate the run with a single connection.',
		]);
	if (!hasData) return err(['The rows of this run are not stored here any more.']);
	const total = waitingCount(store.counters, 0);
	const mark = batchMark(run.id, setup, data);
	const { revision } = plan;
	// Azure's older API has no version in its path.
	const url = `${connection.apiVersion === undefined ? '/v1' : ''}${endpointCalls[endpoint].path}`;
	const models = new Map<string, ModelFiles>();
	let done = 0;
	for await (const request of store.waiting(0)) {
		signal.throwIfAborted();
		progress(++done, total);
		const { prompt, modelArgs } = await plan.planned(request, revision);
		// It would not be sent either.
		if (contextWindow !== null && promptBounds(prompt).fewest > contextWindow) continue;
		const model = textAt(modelArgs, 'model') ?? '';
		const files = models.get(model) ?? new ModelFiles(limits);
		models.set(model, files);
		const line = encoder.encode(
			`${JSON.stringify({
				custom_id: customIdOf({ mark, revision, request }),
				method: 'POST',
				url,
				body: requestBody(endpoint, prompt, modelArgs),
			})}\n`,
		);
		if (line.length > limits.bytes)
			return err([`Request ${String(request)} alone is larger than the Batch API takes.`]);
		files.add(line);
	}
	const made = [...models].flatMap(([model, files]) =>
		files.finished().map((file) => ({ ...file, model })),
	);
	if (made.length === 0) return err(['Nothing waits that could be sent.']);
	const name = fileNameOf(setup.name);
	return ok({
		files: made.map((file, i) => ({
			...file,
			name: `${name}-batch-${String(i + 1)}-${fileNameOf(file.model)}.jsonl`,
		})),
	});
}

/** The files of one model, each as large as may be. */
class ModelFiles {
	readonly #limits: typeof batchLimits;
	readonly #done: { readonly blob: Blob; readonly requests: number }[] = [];
	#parts: Blob[] = [];
	#held: Uint8Array<ArrayBuffer>[] = [];
	#heldBytes = 0;
	#bytes = 0;
	#requests = 0;

	constructor(limits: typeof batchLimits) {
		this.#limits = limits;
	}

	add(line: Uint8Array<ArrayBuffer>): void {
		const { requests, bytes } = this.#limits;
		if (this.#requests >= requests || this.#bytes + line.length > bytes) this.#end();
		this.#held.push(line);
		this.#heldBytes += line.length;
		this.#bytes += line.length;
		this.#requests++;
		if (this.#heldBytes >= partBytes) this.#part();
	}

	finished(): readonly { readonly blob: Blob; readonly requests: number }[] {
		this.#end();
		return this.#done;
	}

	#part(): void {
		this.#parts.push(new Blob(this.#held));
		this.#held = [];
		this.#heldBytes = 0;
	}

	#end(): void {
		if (this.#requests === 0) return;
		this.#part();
		const blob = new Blob(this.#parts, { type: 'application/jsonl' });
		this.#done.push({ blob, requests: this.#requests });
		this.#parts = [];
		this.#bytes = 0;
		this.#requests = 0;
	}
}
