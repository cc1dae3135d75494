/** Faults of Volley itself: whatever was thrown, for a person is this one kind. Each text is shown once. */
export class NoticesState {
	messages = $state.raw<readonly string[]>([]);

	report(reason: unknown): void {
		const message = textOf(reason);
		if (!this.messages.includes(message)) this.messages = [...this.messages, message];
	}

	dismiss(message: string): void {
		this.messages = this.messages.filter((other) => other !== message);
	}
}

function textOf(reason: unknown): string {
	if (reason instanceof Error) return reason.message === '' ? reason.name : reason.message;
	return typeof reason === 'string' && reason !== '' ? reason : 'unknown fault';
}
