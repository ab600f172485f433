import { createHash } from 'node:crypto';

/** Of the tmux server, or of the container, of the runner in that folder: in another data folder the same runner has another. */
export const serverName = (folder: string): string =>
	`agent-relay-r${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
