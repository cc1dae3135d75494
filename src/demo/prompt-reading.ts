/** A prompt taken apart: what is asked, and the texts that it is asked about. */
export interface PromptReading {
	readonly instructions: string;
	/** None where the prompt is about no review. */
	readonly reviews: readonly string[];
}

const firstMarker = /\b(?:first|1st)[\s_]+review\W{0,4}:|\breview[\s_]*(?:1|a|one)\W{0,4}:/i;
const secondMarker = /\b(?:second|2nd)[\s_]+review\W{0,4}:|\breview[\s_]*(?:2|b|two)\W{0,4}:/i;
const reviewMarker =
	/\breview(?:\s*\([^)\n]*\))?\**\s*:|^[ \t#*>-]*(?:text|comment|feedback|opinion)\**\s*:/gim;
const tagged = /<(review|text|comment)>([\s\S]*?)<\/\1>/i;
/** What an instruction about a review speaks of. */
const asks = /\b(?:positive|negative|sentiment|stars?|classif\w+|rat(?:e|ing)|reviews?)\b/i;
/** Where a text ends and words about the answer begin again, as in "…\nSentiment:" or "…\n\nAnswer with one word." */
const answerCue =
	/\n[ \t]*(?:(?:sentiment|label|answer|stars|rating|category|class|classification|verdict|output|response|result|json)\s*:?\s*$|(?:answer|reply|respond|classify|decide|return|output|rate|is (?:this|the) review)\b)/i;
const opensAsInstruction =
	/^\W*(?:analy[sz]e|classify|decide|determine|evaluate|how|is|judge|label|rate|tell|which|you)\b/i;
const aboutAnswer = /^(?:answer|reply|respond|return|output|give|write|use|only)\b[^\n:]*[:\n]\s*/i;

function cutTail(text: string): { readonly body: string; readonly tail: string } {
	const cue = answerCue.exec(text);
	return cue === null
		? { body: text, tail: '' }
		: { body: text.slice(0, cue.index), tail: text.slice(cue.index) };
}

function splitPair(text: string): PromptReading | null {
	const first = firstMarker.exec(text);
	if (first === null) return null;
	const afterFirst = text.slice(first.index + first[0].length);
	const second = secondMarker.exec(afterFirst);
	if (second === null) return null;
	const { body, tail } = cutTail(afterFirst.slice(second.index + second[0].length));
	return {
		instructions: text.slice(0, first.index) + tail,
		reviews: [afterFirst.slice(0, second.index), body],
	};
}

function splitMarked(text: string): PromptReading | null {
	const inTags = tagged.exec(text);
	if (inTags !== null)
		return { instructions: text.replace(inTags[0], ' '), reviews: [inTags[2] ?? ''] };
	const markers = [...text.matchAll(reviewMarker)];
	// Examples before the review stand on lines of their own, and the review that counts comes last.
	const onLines = markers.filter(({ index }) => index === 0 || text[index - 1] === '\n');
	const marker = onLines.at(-1) ?? markers[0];
	if (marker === undefined) return null;
	const { body, tail } = cutTail(text.slice(marker.index + marker[0].length));
	return { instructions: text.slice(0, marker.index) + tail, reviews: [body] };
}

/** "Classify as positive or negative: …", the review without a name. */
function splitUnmarked(text: string): PromptReading | null {
	const ask = asks.exec(text);
	if (ask === null) return null;
	const asked = ask.index + ask[0].length;
	for (const boundary of text.matchAll(/[:?]\s+|\n\s*/g)) {
		if (boundary.index < asked) continue;
		const head = text.slice(0, boundary.index + 1);
		const rest = text.slice(boundary.index + boundary[0].length);
		const more = aboutAnswer.exec(rest)?.[0] ?? '';
		const { body, tail } = cutTail(rest.slice(more.length));
		if (body.trim() === '') return null;
		return { instructions: head + more + tail, reviews: [body] };
	}
	return null;
}

/** `subject` is the last thing the user said; `context` is all that was said beside it. */
export function readPrompt(subject: string, context = ''): PromptReading {
	// Where a system message asks, a review may stand alone, and may speak of stars and reviews itself.
	const contextAsks = asks.test(context);
	const split =
		splitPair(subject) ??
		splitMarked(subject) ??
		(contextAsks && !opensAsInstruction.test(subject) ? null : splitUnmarked(subject));
	if (split !== null)
		return { instructions: `${context}\n${split.instructions}`, reviews: split.reviews };
	return contextAsks
		? { instructions: context, reviews: [subject] }
		: { instructions: subject, reviews: [] };
}
