import { formatCount, formatCounted } from '../../format.ts';

/** Of how many requests the pictures tell, where those are others than have settled by now; null: of the same number. */
export function asOfWords(counted: number, settled: number): string | null {
	if (counted === settled) return null;
	if (counted < settled)
		return `The pictures are as of ${formatCount(counted)} of ${formatCount(settled)} settled requests.`;
	const again = counted - settled;
	return `The pictures still count ${formatCounted(again, 'request')} that ${again === 1 ? 'is' : 'are'} being asked for again.`;
}
