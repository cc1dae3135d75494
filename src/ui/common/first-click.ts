/**
 * Hears only the first click of a double-click: when the second comes, something else may stand in that place. Of a key
 * that presses the button, `detail` is 0.
 */
export const firstClick =
	(act: () => void) =>
	(event: MouseEvent): void => {
		if (event.detail <= 1) act();
	};
