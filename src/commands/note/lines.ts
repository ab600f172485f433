import { safeLine } from '../../core/text.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { NoteData } from './run.ts';

export function noteLines({ id, text, isWaiting }: NoteData, { theme }: Look): string[] {
	const when = isWaiting ? theme.dim(' (the relay that works in it takes it up)') : '';
	return [`Noted in session ${theme.bold(shortRef(id))}: ${safeLine(text, 200)}${when}`];
}
