export interface Notice {
	/** `fault`: Volley itself went wrong, whatever was thrown. `store`: what the worker tells of the browser's store, in words. */
	readonly kind: 'fault' | 'store';
	readonly message: string;
}

/** What a person should know wherever they are on the page. Each text is shown once. */
export class NoticesState {
	shown = $state.raw<readonly Notice[]>([]);

	report(reason: unknown): void {
		this.#show({ kind: 'fault', message: textOf(reason) });
	}

	tell(message: string): void {
		this.#show({ kind: 'store', message });
	}

	dismiss({ message }: Notice): void {
		this.shown = this.shown.filter((other) => other.message !== message);
	}

	#show(notice: Notice): void {
		if (this.shown.every(({ message }) => message !== notice.message))
			this.shown = [...this.shown, notice];
	}
}

function textOf(reason: unknown): string {
	if (reason instanceof Error) return reason.message === '' ? reason.name : reason.message;
	return typeof reason === 'string' && reason !== '' ? reason : 'unknown fault';
}
