// @ts-check
import { figure, finished, startRun } from './page.mjs';

/**
 * An endpoint with a limit that it tells of in its 429s alone. Its bucket holds a minute's worth, as OpenAI's does, so the
 * request n of one who knows it is let in (n - rpm) / rate after the first; its answer takes as long as any.
 * @param {import('./run.mjs').World} world
 */
export async function hiddenLimit({ page, site, open, isShort }) {
	const rpm = 600;
	const rows = isShort ? 700 : 1_500;
	// A quick model; faster ones would have the whole bucket used up before the first refusal could come back.
	const latencyMs = 1_000;
	const endpoint = await open({
		protocol: 'http2',
		limits: { rpm },
		scenario: () => `slow(${latencyMs})`,
	});
	console.log(`${String(rows)} requests, hidden limit of ${String(rpm)} requests a minute, HTTP/2`);
	const pressedAt = await startRun(page, site, endpoint, {
		rows,
		textOf: (row) => `text of row ${String(row)}`,
	});
	await finished(page, rows, 600_000);
	const makespan = (performance.now() - pressedAt) / 1_000;
	const ideal = ((rows - rpm) * 60) / rpm + latencyMs / 1_000;
	const { requests } = endpoint.ledger;
	const last = Math.max(...requests.map(({ endedAt }) => endedAt ?? Infinity));
	const refused = requests.filter(({ limited }) => limited).length;
	figure('makespan from Start to the page’s last, s', makespan);
	figure(
		'makespan from the first arrival to the last answer, s',
		(last - (requests[0]?.arrivedAt ?? 0)) / 1_000,
	);
	figure('ideal, s', ideal);
	// What a run spends at its start is a few seconds however long it is: of a short one it would be more than a tenth.
	if (isShort) figure('seconds beyond the ideal', makespan - ideal, 6);
	else figure('makespan ÷ ideal', makespan / ideal, 1.1);
	figure('429s, % of the requests', (100 * refused) / rows, 3);
	figure('preflights', endpoint.ledger.preflightCount);
	figure(
		'requests over another protocol than HTTP/2',
		requests.filter(({ protocol }) => protocol !== 'http2').length,
		0,
	);
}
