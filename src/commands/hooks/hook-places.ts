/** Where each CLI keeps the hooks of its user, and how ours are written there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hookDialect } from '../../agents/hooks/dialects.ts';
import {
	HOOK_EVENTS,
	type HookAgent,
	type HookDialect,
	type HookEvent,
	type HookedEvent,
} from '../../agents/hooks/hook-dialect.ts';
import { RelayError } from '../../core/errors.ts';
import { packageRoot } from '../../core/files/package-root.ts';
import { type EntryPlace, ownCommand } from '../entries/edit-entry.ts';
import { addListElements, removeListElements } from '../entries/json-lists.ts';

/** In each of our entries, and in nothing else. */
const MARK = '# agent-relay hooks install';

interface Asked {
	env: Readonly<Record<string, string>>;
	/** Absolute. */
	home: string;
}

export async function hookPlace(agent: HookAgent, { env, home }: Asked): Promise<EntryPlace> {
	const dialect = await hookDialect(agent);
	const run = (event: HookEvent) => shellCommand(event, agent);
	switch (agent) {
		case 'claude':
			return lists(join(env.CLAUDE_CONFIG_DIR || join(home, '.claude'), 'settings.json'), dialect, (of) => ({
				matcher: '',
				hooks: [{ type: 'command', command: run(of.event), timeout: SECONDS }],
			}));
		case 'codex':
			return lists(join(env.CODEX_HOME || join(home, '.codex'), 'hooks.json'), dialect, (of) => ({
				hooks: [
					{
						type: 'command',
						command: run(of.event),
						timeout: of.event === 'end' ? CODEX_END_SECONDS : SECONDS,
					},
				],
			}));
		case 'gemini':
			return lists(join(env.GEMINI_CLI_HOME || home, '.gemini/settings.json'), dialect, (of) => ({
				matcher: of.matcher ?? '*',
				hooks: [{ name: 'agent-relay', type: 'command', command: run(of.event), timeout: SECONDS * 1000 }],
			}));
		case 'opencode': {
			const folder = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode');
			return ownFile(join(folder, 'plugins/agent-relay.js'), pluginText(run));
		}
		case 'copilot': {
			const hooks = Object.fromEntries(
				dialect.events.map(({ name, event }) => [
					name,
					[{ type: 'command', bash: run(event), timeoutSec: SECONDS }],
				]),
			);
			const path = join(env.COPILOT_HOME || join(home, '.copilot'), 'hooks/agent-relay.json');
			return ownFile(path, `${JSON.stringify({ version: 1, hooks }, null, 2)}\n`);
		}
		default:
			return agent satisfies never;
	}
}

/** A hook that takes longer is given up by its CLI. */
const SECONDS = 10;
/** codex cuts a longer one to this, and warns of it. */
const CODEX_END_SECONDS = 3;

/**
 * Without a start of Node where it is switched off or in a turn of the relay. Always exits with 0: some CLIs end the turn, or never
 * end it, for anything else.
 */
function shellCommand(event: HookEvent, agent: HookAgent): string {
	const [node, program] = ownCommand().map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
	const isOff = '[ -n "$AGENT_RELAY_SESSION" ] || [ "$AGENT_RELAY_HOOKS" = 0 ]';
	return `${isOff} || ${node} ${program} hook ${event} --agent ${agent} 2>/dev/null; exit 0 ${MARK}`;
}

function lists(path: string, { events }: HookDialect, entry: (of: HookedEvent) => object): EntryPlace {
	const elements = events.map((of) => [of.name, JSON.stringify(entry(of))] as const);
	return {
		files: [path],
		empty: '{}\n',
		add: (text) => addListElements(text, 'hooks', elements),
		remove: (text) => removeListElements(text, 'hooks', (value) => value.includes(MARK)),
	};
}

/** A file that holds nothing but ours. */
function ownFile(path: string, content: string): EntryPlace {
	return {
		files: [path],
		empty: '',
		add: (text) => {
			if (text === '') return content;
			throw new RelayError('refused', 'The file is not one that agent-relay has written.', {
				hint: 'Look at it, and move it away.',
			});
		},
		remove: (text) => (text.includes(MARK) ? '' : null),
	};
}

/** The plug-in with the commands that it calls. */
function pluginText(run: (event: HookEvent) => string): string {
	const source = readFileSync(join(packageRoot(), 'dist/agents/hooks/opencode-plugin.js'), 'utf8');
	const commands = Object.fromEntries(HOOK_EVENTS.map((event) => [event, run(event)]));
	return `const COMMANDS = ${JSON.stringify(commands, null, 2)};\n${source}`;
}
