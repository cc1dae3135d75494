import type { APIError } from 'openai';

/** Some servers answer JSON without saying so; the SDK then hands over the text. */
export function parsedIfText(answer: unknown): unknown {
	if (typeof answer !== 'string') return answer;
	try {
		return JSON.parse(answer);
	} catch {
		return answer;
	}
}

/** The SDK keeps the `error` member of a JSON body, and puts any other body into the message behind the status. */
export function bodyOf(error: APIError): unknown {
	if (error.error !== undefined) return { error: error.error };
	return parsedIfText(error.message.replace(/^\d{3} /, ''));
}

export function causeOf(error: Error): string | null {
	return error.cause instanceof Error ? error.cause.message : null;
}
