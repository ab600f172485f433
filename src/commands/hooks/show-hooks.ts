import { HOOK_AGENTS, type HookAgent } from '../../agents/hooks/hook-dialect.ts';
import { RelayError } from '../../core/errors.ts';
import type { MetSession } from '../../history/met-sessions.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import { lookForEntry } from '../entries/edit-entry.ts';
import { metSessionsOf } from '../hook/met-sessions-of.ts';
import { PAGE, requireHookAgent } from './change-hooks.ts';
import { hookPlace } from './hook-places.ts';

export interface HooksStatus {
	agents: readonly {
		agent: HookAgent;
		/** Absolute. */
		path: string;
		/** `other`: by another version or from another place. `unreadable`: the file cannot be read. */
		found: 'none' | 'current' | 'other' | 'unreadable';
	}[];
	/** The last ones that hooks reported, newest first. */
	sessions: readonly MetSession[];
	/** `AGENT_RELAY_HOOKS=0` is set here. */
	isOff: boolean;
}

const MAX_SESSIONS = 10;

export const showHooks: Body<{ agent: string | null }, HooksStatus> = {
	async run(context, { agent: typed }) {
		const { env, home } = context;
		const meant = typed === null ? HOOK_AGENTS : [requireHookAgent(typed)];
		const agents = await Promise.all(
			meant.map(async (agent) => {
				const place = await hookPlace(agent, { env, home });
				try {
					return { agent, ...lookForEntry(place, PAGE) };
				} catch (error) {
					if (!(error instanceof RelayError)) throw error;
					return { agent, path: place.files[0] ?? '', found: 'unreadable' as const };
				}
			}),
		);
		const met = metSessionsOf(context).all();
		const sessions = met.filter(({ agent }) => meant.some((one) => one === agent)).slice(0, MAX_SESSIONS);
		return { exitCode: EXIT.done, data: { agents, sessions, isOff: env.AGENT_RELAY_HOOKS === '0' } };
	},
	toJson: ({ agents, sessions, isOff }) => ({
		off: isOff,
		agents,
		sessions: sessions.map(({ registry_mtime: _, ...session }) => session),
	}),
};
