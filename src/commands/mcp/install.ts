/** The relay's tools for an agent that is used by hand: one entry in its own configuration, put in and taken out to the byte. */
import { RelayError } from '../../core/errors.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { addEntry, type EntryChange, ownCommand, removeEntry } from '../entries/edit-entry.ts';
import { AGENTS_WITH_SERVERS, type AgentWithServers, entryPlace } from './entry-places.ts';

export interface InstalledData extends EntryChange {
	agent: AgentWithServers;
}

const PAGE = 'docs/mcp.md';

export const installServer: Body<{ agent: string }, InstalledData> = {
	run: async (context, { agent }) => changed(agent, context, addEntry),
	toJson: (data) => data,
};

export const uninstallServer: Body<{ agent: string }, InstalledData> = {
	run: async (context, { agent }) => changed(agent, context, removeEntry),
	toJson: (data) => data,
};

function changed(typed: string, { env, home }: CommandContext, change: typeof addEntry) {
	const agent = knownAgent(typed);
	const place = entryPlace(agent, { env, home, command: [...ownCommand(), 'mcp'] });
	return { exitCode: EXIT.done, data: { agent, ...change(place, { page: PAGE }) } };
}

function knownAgent(typed: string): AgentWithServers {
	const known = AGENTS_WITH_SERVERS.find((agent) => agent === typed);
	if (known !== undefined) return known;
	throw new RelayError(
		'usage',
		`${JSON.stringify(typed.slice(0, 80))} is not an agent that can be given tools.`,
		{
			hint: `These can: ${AGENTS_WITH_SERVERS.join(', ')}.`,
		},
	);
}
