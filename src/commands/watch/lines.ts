import { safeLine } from '../../core/text.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { WatchedEnd } from './how-it-ended.ts';
import type { WatchData } from './run.ts';

/** What to do next with each session that is not done. What happened was shown as it came. */
export function watchLines({ ended, ownName }: WatchData, { theme }: Look): string[] {
	return ended.flatMap((end) => lineOf(end, ownName) ?? []).map(theme.dim);
}

function lineOf({ id, status, problem }: WatchedEnd, ownName: string): string | null {
	const ref = shortRef(id);
	if (status === null) return `Session ${id} cannot be followed any more: ${safeLine(problem ?? '', 400)}`;
	switch (status.status) {
		case 'completed':
			return null;
		case 'active':
			return `Session ${ref} is at work. Follow it with: ${ownName} watch ${ref}`;
		case 'checkpointed': {
			const why = status.reason === null ? '' : ` (${status.reason.replaceAll('_', ' ')})`;
			return `Session ${ref} is checkpointed${why}. Continue with: ${ownName} resume ${ref}`;
		}
	}
}
