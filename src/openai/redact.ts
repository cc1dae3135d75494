const mark = '[redacted]';

/** Key-like words whoever they belong to: an endpoint may echo another key than the one that was sent. */
const keyLike = [
	/\bsk-[\w*-]{10,}/g,
	/\bBearer\s+[\w.~+/*-]{8,}=*/gi,
	/\b(api[-_]?key["']?\s*[:=]\s*["']?)[\w*-]{8,}/gi,
];

const base64 = (text: string): string =>
	btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** The forms in which an endpoint may echo a key: as it is, in a URL, in base64, in JSON, or cut to its ends. */
function formsOf(secret: string): string[] {
	const forms = [
		secret,
		encodeURIComponent(secret),
		base64(secret),
		base64(secret).replace(/=+$/, ''),
		JSON.stringify(secret).slice(1, -1),
		secret.toLowerCase(),
		secret.toUpperCase(),
		[...secret].reverse().join(''),
	];
	return [...new Set(forms)].filter((form) => form.length >= 4).sort((a, b) => b.length - a.length);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Takes secrets out of a text before it is stored, shown or sent anywhere. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
	const known = secrets.filter((secret) => secret !== '');
	const patterns = known.flatMap((secret) => [
		...formsOf(secret).map((form) => new RegExp(escaped(form), 'g')),
		// OpenAI's 401 shows the first eight and the last four characters around a row of stars.
		...(secret.length >= 12
			? [
					new RegExp(`${escaped(secret.slice(0, 3))}[\\w-]{0,8}[*•.…]{3,}[\\w-]{0,8}`, 'g'),
					new RegExp(`[*•.…]{3,}${escaped(secret.slice(-4))}`, 'g'),
				]
			: []),
	]);
	return (text) => {
		let clean = text;
		for (const pattern of patterns) clean = clean.replace(pattern, mark);
		for (const pattern of keyLike)
			clean = clean.replace(pattern, (_, label: unknown) =>
				typeof label === 'string' ? label + mark : mark,
			);
		return clean;
	};
}
