import { expect, test } from 'vitest';
import type { RequestPreview } from '#domain/request-code.ts';
import type { RunSetup } from '#domain/run.ts';
import { RequestPreviewState } from '#state/request-preview.svelte.ts';
import { apiWith, HandClock, rest, setup } from './run-fixtures.ts';

const previewOf = (request: number): RequestPreview => ({
	url: `https://host/${String(request)}`,
	headers: [],
	body: {},
});

function showing(answer: (request: number) => Promise<RequestPreview | null>) {
	const clock = new HandClock();
	const asked: (readonly [RunSetup, number])[] = [];
	const previewRequest = (of: RunSetup, request: number): Promise<RequestPreview | null> => {
		asked.push([of, request]);
		return answer(request);
	};
	return { clock, asked, state: new RequestPreviewState(apiWith({ previewRequest }), clock) };
}

test('a request is asked for once the typing rests, and only the last', async () => {
	const { clock, asked, state } = showing((request) => Promise.resolve(previewOf(request)));
	state.show(setup, 1);
	await clock.pass(100);
	state.show(setup, 2);
	await clock.pass(100);
	expect(asked).toEqual([]);
	await clock.pass(20);
	expect(asked).toEqual([[setup, 2]]);
	expect(state.shown).toEqual({ kind: 'there', request: previewOf(2) });
});

test('an answer that comes late does not take the place of a newer one', async () => {
	const answers: ((preview: RequestPreview) => void)[] = [];
	const { clock, state } = showing(() => new Promise((resolve) => answers.push(resolve)));
	state.show(setup, 1);
	await clock.pass(120);
	state.show(setup, 2);
	await clock.pass(120);
	answers[1]?.(previewOf(2));
	await rest();
	answers[0]?.(previewOf(1));
	await rest();
	expect(state.shown).toEqual({ kind: 'there', request: previewOf(2) });
});

test('nothing is asked for while there are problems, or once it is no longer shown', async () => {
	const { clock, asked, state } = showing(() => Promise.resolve(null));
	state.show(setup, 1);
	state.show(null, 1);
	await clock.pass(1_000);
	expect(state.shown).toEqual({ kind: 'impossible' });
	state.show(setup, 1);
	state.dispose();
	await clock.pass(1_000);
	expect(asked).toEqual([]);
});

test('rows that are gone are said to be', async () => {
	const { clock, state } = showing(() => Promise.resolve(null));
	state.show(setup, 1);
	await clock.pass(120);
	expect(state.shown).toEqual({ kind: 'gone' });
});
