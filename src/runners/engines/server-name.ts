import { createHash } from 'node:crypto';

const PREFIX = 'agent-relay-r';

/** Of the tmux server, or of the container, of the runner in that folder: in another data folder the same runner has another. */
export const serverName = (folder: string): string =>
	`${PREFIX}${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;

export const isServerName = (name: string): boolean => name.startsWith(PREFIX);
