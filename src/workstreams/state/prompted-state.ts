import { safeText } from '../../core/text.ts';
import type { WorkstreamTexts } from '../workstreams-contract.ts';
import { firstState, trimmedState } from './state-text.ts';

/**
 * The state as a prompt carries it, between two lines of hyphens: data. No line in it is one of hyphens alone, so nothing in it
 * can end it. At most `maxBytes`.
 */
export function asPrompted(
	{ entry, state }: Pick<WorkstreamTexts, 'entry' | 'state'>,
	maxBytes: number,
): string {
	const head = `relay: Active workstream '${entry.name}'\n---\n`;
	const tail = '---\n';
	const inside = safeText(state ?? firstState(entry.name, entry.description)).replace(
		/^-{3,}[ \t]*$/gm,
		'- - -',
	);
	const room = maxBytes - Buffer.byteLength(head) - Buffer.byteLength(tail);
	const text = trimmedState(inside, { bytes: Math.max(0, room - 1) });
	return `${head}${text.endsWith('\n') ? text : `${text}\n`}${tail}`;
}
