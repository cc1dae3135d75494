import { phaseWords } from '../wording.ts';
import { formatCount, formatPercent } from '../format.ts';
import type { RunSummary } from '#domain/run.ts';

/** A run in the list: a colour, a line of words, and how far it is while it goes. */
export interface RunWords {
	readonly tone: 'going' | 'good' | 'warn' | 'bad' | 'idle';
	readonly line: string;
	/** Null where the line says it all. */
	readonly percent: string | null;
}

export function runWords(run: RunSummary, nowMs: number, timeZone?: string): RunWords {
	const settled = run.succeeded + run.failed;
	const counts = `${formatCount(settled)} of ${formatCount(run.planned)}`;
	const percent = formatPercent(settled, run.planned);
	switch (run.phase.name) {
		case 'running':
			return { tone: 'going', line: counts, percent };
		case 'pausing':
			return { tone: 'going', line: `pausing · ${counts}`, percent };
		case 'needsAttention':
			return { tone: 'bad', line: `needs attention · ${counts}`, percent: null };
		case 'finished': {
			const when = shortMoment(run.updatedAt, nowMs, timeZone);
			const failed = run.failed > 0 ? `, ${formatCount(run.failed)} failed` : '';
			const line = `finished ${when} · ${formatCount(run.planned)}${failed}`;
			return { tone: run.failed > 0 ? 'warn' : 'good', line, percent: null };
		}
		default:
			return { tone: 'idle', line: `${phaseWords[run.phase.name]} · ${counts}`, percent: null };
	}
}

/** As short as it stays clear: "14:03", "yesterday", "12 Nov", "12 Nov 2025". */
function shortMoment(epochMs: number, nowMs: number, timeZone?: string): string {
	const day = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone });
	const [then, today] = [day.format(epochMs), day.format(nowMs)];
	if (then === today)
		return new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(epochMs);
	if (Date.parse(today) - Date.parse(then) === 86_400_000) return 'yesterday';
	const sameYear = then.slice(0, 4) === today.slice(0, 4);
	return new Intl.DateTimeFormat('en-GB', {
		day: 'numeric',
		month: 'short',
		...(sameYear ? {} : { year: 'numeric' }),
		timeZone,
	}).format(epochMs);
}
