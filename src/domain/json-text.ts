const backslash = 0x5c;

/** Where the quote stands that closes the text that `from` lies in; -1: beyond what is there. */
export function endOfText(text: string, from: number): number {
	for (let end = text.indexOf('"', from); end !== -1; end = text.indexOf('"', end + 1)) {
		let slashes = 0;
		while (end - 1 - slashes >= from && text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
		if (slashes % 2 === 0) return end;
	}
	return -1;
}
