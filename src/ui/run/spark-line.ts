/** The `d` of a line through `values`, left to right, as high as the largest; a flat line at the foot where there are none. */
export function sparkLine(values: readonly number[], width: number, height: number): string {
	const most = Math.max(...values, 0);
	if (values.length < 2 || most === 0) return `M0 ${String(height)}H${String(width)}`;
	const step = width / (values.length - 1);
	const point = (value: number, i: number): string =>
		`${round(i * step)} ${round(height - (value / most) * height)}`;
	return `M${values.map(point).join('L')}`;
}

const round = (n: number): string => String(Math.round(n * 10) / 10);
