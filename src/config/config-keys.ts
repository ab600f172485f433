/** Describes each key for people. The table is the documentation; `docs/configuration.md` is checked against it. */
import { DEFAULT_AGENT_SETTINGS, DEFAULT_CONFIG } from './defaults.ts';
import {
	type ConfigKey,
	calls,
	duration,
	flag,
	hook,
	looks,
	ofRepos,
	ownText,
	section,
	text,
	words,
} from './key-rows.ts';
import { agentSettingsSchema, relayConfigSchema } from './schema.ts';

const { agents, turn, limits, permissions, names, packet, ui, runners, mcp, search, notify, hooks, budgets } =
	relayConfigSchema.entries;
const { attach, ws } = relayConfigSchema.entries;
const { by_name: _, ...agentsEntries } = agents.entries;
const { by_name: __, ...agentsDefaults } = DEFAULT_CONFIG.agents;

const LIMIT_KINDS = 'one of "window", "rate", "quota", "billing", "overloaded"';
const KEYS = '"ctrl-" and a letter or one of \\ ] ^ _; not c, h, i, j, m, q or z';
const KINDS_OR_REPORTED = `${LIMIT_KINDS}, or "told" to take it from the provider's words`;

export const CONFIG_KEYS: readonly ConfigKey[] = [
	{
		key: 'store',
		...text('"repo" or "state"', 'Where sessions are recorded: in the repo, or in your state folder.'),
		unit: null,
		untrusted: 'user only',
		schema: relayConfigSchema.entries.store,
		default: DEFAULT_CONFIG.store,
	},
	...section('agents', agentsEntries, agentsDefaults, {
		order: {
			kind: 'list',
			allowed: 'a list of agents, each as "agent" or "agent:model"',
			about: 'The agents to use, first choice first; hand-overs follow it.',
		},
		default: text(
			'"agent" or "agent:model", or ""',
			'The agent that starts; "" = the first usable one of agents.order.',
		),
	}),
	...section('agents.NAME', agentSettingsSchema.entries, DEFAULT_AGENT_SETTINGS, {
		model: {
			...text('a model name, or ""', 'The model to ask for; "" = none, the CLI decides.'),
			...looks,
		},
		executable: text(
			'a program name, an absolute path, "~/…", or ""',
			'The program to start instead of the one found on PATH or where installers and version managers put it.',
		),
		base: ownText(
			'"claude", "codex", "copilot", "opencode" or "gemini", or ""',
			'Makes NAME a profile of that agent: the same program under another account.',
		),
		env: {
			kind: 'table',
			allowed: 'a table of variables, each with one line of text; "~/…" is a path in your home',
			about: 'Variables set for this agent alone; "" takes one away.',
			untrusted: 'user only',
		},
		title: text('one line of text, or ""', 'The name that lists show.'),
		install: text('one line of text, or ""', 'The command line that installs it.'),
		command: {
			...words(
				'Defines NAME as an agent of your own: its program and arguments. `{prompt_file}`, `{prompt}` stand for the prompt, `{session}` for an id of the conversation.',
			),
			allowed: 'a list of words; the first is a program name, an absolute path or "~/…"',
		},
		prompt: text('"stdin", "file" or "arg"', 'How the prompt reaches it.'),
		output: text('"text" or "jsonl"', 'What it prints: plain text, or one JSON value a line.'),
		resume: words(
			'Arguments that continue a conversation; `{session}` stands for its id. Empty = it cannot.',
		),
		model_args: words('Arguments that choose a model; `{model}` stands for it.'),
		read_only_args: words('Arguments for the preset `read-only`.'),
		edit_args: words('Arguments for the preset `edit`.'),
		full_args: words('Arguments for the preset `full`.'),
		secret_variables: {
			...words('Names of the variables that hold its secrets; other agents do not get them.'),
			allowed: 'a list of variable names',
		},
		fields: {
			kind: 'table',
			allowed:
				'a table of dotted paths: text, message, thought, session, model, input_tokens, output_tokens, cost_usd, error, tool_call, tool_name, tool_input, tool_result, tool_output, tool_error',
			about: 'With `output = "jsonl"`: where each value is in a line.',
		},
		silence_s: duration(
			'0 to 1 day',
			'Silence on stdout and stderr, while no tool is known to run, that counts as an overloaded provider; 0 = never.',
		),
		limit_stderr: {
			kind: 'table',
			allowed: `a list of { pattern = "regular expression", kind = ${KINDS_OR_REPORTED} }`,
			about: 'Lines of stderr that mean a limit.',
		},
		limit_exit: {
			kind: 'table',
			allowed: `a list of { code = 1 to 255, kind = ${LIMIT_KINDS} }`,
			about: 'Exit codes that mean a limit.',
		},
		limit_fields: {
			kind: 'table',
			allowed: `a list of { field = "dotted.path", equals = a value or a list of values, or matches = "regular expression", kind = ${KINDS_OR_REPORTED}, reset_field = "dotted.path" }`,
			about: 'With `output = "jsonl"`: fields that mean a limit.',
		},
	}),
	...section('turn', turn.entries, DEFAULT_CONFIG.turn, {
		idle_s: {
			...duration('0 to 30 days', 'Silence of a running agent after which the view warns, once; 0 = never.'),
			...looks,
		},
		timeout_s: duration('0 to 30 days', 'A turn is stopped after this; 0 = never.'),
		linger_s: duration(
			'0 to 1 hour',
			'How long a process left running after the answer may hold the turn open.',
		),
		answer_s: duration(
			'0 to 1 hour',
			"How long a question on the agent's terminal waits where nobody can answer it; then it is refused; 0 = never.",
		),
		background_s: duration(
			'0 to 30 days',
			'How long background tasks that the agent waits for may go without a sign of life; 0 = the turn does not wait for them.',
		),
	}),
	...section('limits', limits.entries, DEFAULT_CONFIG.limits, {
		patience_s: duration(
			'0 to 1 hour',
			'How long an agent may retry by itself on 429 or overload before its work is handed over.',
		),
		max_hops: {
			kind: 'number',
			allowed: 'a whole number from 0 to 100',
			about: 'The most hand-overs for one prompt; 0 = none.',
		},
		when_exhausted: text(
			'"stop" or "wait"',
			'When no agent is available: stop with exit code 2, or wait for the earliest reset.',
		),
		max_wait_s: duration('0 to 30 days', 'The longest such wait.'),
		warn_at: {
			kind: 'number',
			allowed: 'a number from 0 to 1',
			about: 'The used share of a plan window at which the shell warns, once; 1 = never early.',
		},
	}),
	...section('permissions', permissions.entries, DEFAULT_CONFIG.permissions, {
		preset: text('"read-only", "edit" or "full"', 'What agents may do.'),
		ask: {
			...flag(
				'Whether an agent may ask you at a terminal for what its preset does not allow; otherwise it is denied.',
			),
			untrusted: 'user only',
		},
		ask_timeout: duration(
			'1 second to 30 days',
			'How long such a question waits for your answer; then it is denied.',
		),
		allow_commands: {
			kind: 'list',
			allowed: 'a list of commands',
			about: 'Commands that the preset `edit` may run without asking.',
		},
		repo_commands: ofRepos('commands', 'The same, for one repo each.'),
		repo_unsandboxed: ofRepos(
			'commands',
			'Commands that an agent with a sandbox (codex) may run outside it when it asks.',
		),
		repo_edits: ofRepos('absolute paths', 'Files outside the repo that agents may edit when they ask.'),
	}),
	...section('names', names.entries, DEFAULT_CONFIG.names, {
		allow: { ...flag('Whether relays may start under names other than `default`.'), untrusted: 'user only' },
	}),
	...section('packet', packet.entries, DEFAULT_CONFIG.packet, {
		max_bytes: {
			kind: 'number',
			allowed: 'a whole number from 4096 to 1048576',
			unit: 'bytes',
			about: 'The maximum size of a resume packet.',
		},
	}),
	...section('ui', ui.entries, DEFAULT_CONFIG.ui, {
		color: {
			...text('"auto", "always" or "never"', 'Colour; auto = on a terminal, unless NO_COLOR is set.'),
			...looks,
		},
		thinking: { ...text('"dim" or "hide"', 'How reasoning is shown.'), ...looks },
		ascii: {
			...text(
				'"auto", "always" or "never"',
				'Marks and rules in ASCII; auto = where the locale is not UTF-8, and on the Linux console.',
			),
			...looks,
		},
		motion: { ...flag('Whether the spinner turns; without it the time is drawn once a second.'), ...looks },
		status: { ...flag('Whether the shell has a status line under the prompt.'), ...looks },
	}),
	...section('runners', runners.entries, DEFAULT_CONFIG.runners, {
		domain: text('a DNS name, or ""', 'The domain that the DNS names of runners are in; "" = none.'),
		image: ownText(
			'the name of an image, or ""',
			'The image that containers are made from where none is named; "" = none.',
		),
		memory: ownText(
			'bytes, or a number with "k", "m" or "g", or ""',
			'The memory that a container may have; "" = no limit.',
		),
		pids: {
			kind: 'number',
			allowed: 'a whole number from 0 to 1000000',
			unit: 'processes',
			untrusted: 'user only',
			about: 'The processes that a container may have; 0 = no limit.',
		},
	}),
	...section('attach', attach.entries, DEFAULT_CONFIG.attach, {
		key: { ...text(KEYS, "The key that comes back from an agent's own TUI."), untrusted: 'user only' },
		on_limit: text('"stay" or "return"', 'At a limit in the TUI: wait for you, or come back at once.'),
	}),
	...section('mcp', mcp.entries, DEFAULT_CONFIG.mcp, {
		inject: {
			kind: 'flag',
			allowed: 'true or false',
			untrusted: 'user only',
			about: "Give agents the relay's tools for each turn, in repos that you trust.",
		},
	}),
	...section('search', search.entries, DEFAULT_CONFIG.search, {
		keep_indexed: {
			kind: 'flag',
			allowed: 'true or false',
			untrusted: 'user only',
			about: 'Bring the index of conversations up to date beside your work, once you have searched.',
		},
	}),
	...section('notify', notify.entries, DEFAULT_CONFIG.notify, {
		terminal: {
			...text(
				'"auto", "osc9", "osc777", "bell" or "off"',
				'How the shell tells you something while its terminal has no focus; auto = by the terminal.',
			),
			...looks,
		},
		after_s: { ...duration('0 to 1 day', 'You are notified when a turn that took longer ends.'), ...looks },
	}),
	...section('hooks', hooks.entries, DEFAULT_CONFIG.hooks, {
		turn_ended: hook('a turn has ended'),
		limit: hook('an agent has met a limit'),
		handover: hook('the work goes to another agent, or no agent is available'),
		question: hook('a question waits for you'),
		session_ended: hook('a session is left'),
	}),
	...section('ws', ws.entries, DEFAULT_CONFIG.ws, {
		warn_first: calls(
			'Tool calls since a workstream was saved at which the shell warns, once; 0 = no warning.',
		),
		warn_second: calls('Tool calls at which it warns again; 0 = no second warning.'),
		warn_every: calls('Beyond these two, it warns each time after so many more; 0 = no further warning.'),
		summary_dir: ownText(
			'an absolute path, "~/…", or ""',
			'Where summaries are written; "" = below your data folder.',
		),
		summarize_with: ownText(
			'"agent" or "agent:model", or ""',
			'The agent that writes the state of a workstream and the summary of a session from the records; "" = none.',
		),
	}),
	...section('budgets', budgets.entries, DEFAULT_CONFIG.budgets, {
		max_turns: {
			kind: 'number',
			allowed: 'a whole number from 0 to 1000000',
			unit: 'turns',
			untrusted: 'may lower',
			about:
				'Turns of a session, including those it continues, after which it is checkpointed; 0 = no limit.',
		},
		max_cost: {
			kind: 'number',
			allowed: 'a number from 0 to 1000000',
			unit: 'USD',
			untrusted: 'may lower',
			about: 'Cost of a session, including those it continues, after which it is checkpointed; 0 = no limit.',
		},
	}),
];

const ROWS = new Map(CONFIG_KEYS.map((row) => [row.key, row]));
/** The tables; a few keys are above them. */
export const SECTIONS: readonly string[] = Object.keys(relayConfigSchema.entries).filter(
	(name) => !ROWS.has(name),
);

/** The row of a full key (`agents.claude.model` finds `agents.NAME.model`), or null when there is no such key. */
export function findConfigKey(key: string): ConfigKey | null {
	return ROWS.get(genericKey(key)) ?? null;
}

/** `agents.claude.model` -> `agents.NAME.model`; other keys unchanged. */
export function genericKey(key: string): string {
	const [first, , third, ...more] = key.split('.');
	return first === 'agents' && third !== undefined && more.length === 0 ? `agents.NAME.${third}` : key;
}

/** The agent's name in `agents.NAME.…`, else null. */
export function agentOfKey(key: string): string | null {
	const [first, name, third] = key.split('.');
	return first === 'agents' && name !== undefined && third !== undefined ? name : null;
}
