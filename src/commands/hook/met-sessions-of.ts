import { join } from 'node:path';
import { lockingOf } from '../../core/files/file-lock.ts';
import { type MetSessions, openMetSessions } from '../../history/met-sessions.ts';
import type { CommandContext } from '../context.ts';

export const metSessionsOf = ({
	paths,
	processes,
	clock,
}: Pick<CommandContext, 'paths' | 'processes' | 'clock'>): MetSessions =>
	openMetSessions({
		folder: join(paths.stateHome, 'met-sessions'),
		locking: lockingOf(processes, clock),
		clock,
	});
