/** Past these a file is refused: a prompt has no use for more, and a bomb must not fill the memory. */
export interface TableLimits {
	readonly columns: number;
	readonly rows: number;
	readonly cellCharacters: number;
	/** Of one row in all, and so of the text held back until a row is whole. */
	readonly rowCharacters: number;
	readonly fileBytes: number;
}

export const tableLimits: TableLimits = {
	columns: 1_000,
	rows: 1_000_000,
	cellCharacters: 1_000_000,
	rowCharacters: 16_000_000,
	fileBytes: 2_000_000_000,
};
