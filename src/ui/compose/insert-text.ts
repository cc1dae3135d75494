/** Puts text at the caret, in place of what is selected, as if it had been typed: the browser's Undo takes it back. */
export function insertText(field: HTMLTextAreaElement, text: string): void {
	field.focus();
	// No other call keeps the field's undo history, which is why browsers keep this one.
	// eslint-disable-next-line @typescript-eslint/no-deprecated
	if (document.execCommand('insertText', false, text)) return;
	field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
	field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}
