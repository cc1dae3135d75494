import type { Attachment } from 'svelte/attachments';

/** Files dropped on the element are taken here, and by nothing around it, where every one of them is wanted. */
export const takesFiles =
	(isWanted: (name: string) => boolean, take: (files: readonly File[]) => void): Attachment =>
	(element) => {
		const dropped = (event: Event): void => {
			if (!(event instanceof DragEvent)) return;
			const files = [...(event.dataTransfer?.files ?? [])];
			if (files.length === 0 || !files.every(({ name }) => isWanted(name))) return;
			event.preventDefault();
			take(files);
		};
		element.addEventListener('drop', dropped);
		return () => {
			element.removeEventListener('drop', dropped);
		};
	};
