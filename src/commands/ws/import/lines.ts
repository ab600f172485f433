import { safeLine } from '../../../core/text.ts';
import type { Look } from '../../look.ts';
import type { ImportData } from './run.ts';

export function importLines({ made, ideas, left, isDryRun }: ImportData, { theme }: Look): string[] {
	const mark = isDryRun ? '+' : theme.good('✓');
	const rows = made.map(({ name, status = 'active', others = [] }) => {
		const files = others.length === 0 ? '' : `, with ${others.map(([file]) => file).join(', ')}`;
		return `${mark} ${name} (${status})${safeLine(files, 200)}`;
	});
	const kept = ideas.map((idea) => `${mark} idea: ${safeLine(idea, 200)}`);
	const head = isDryRun ? ['This would be imported:'] : [];
	const all = [...rows, ...kept];
	return [
		...(all.length === 0 ? ['Nothing to import.'] : [...head, ...all]),
		...left.map((text) => theme.warn(`! ${safeLine(text, 300)}`)),
	];
}
