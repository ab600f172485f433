import { type AgentSettings, BUILT_IN_AGENTS, type RelayConfig } from './schema.ts';

/** `[agents.NAME]` if the user sets nothing. */
export const DEFAULT_AGENT_SETTINGS: AgentSettings = {
	model: null,
	executable: null,
	base: null,
	env: {},
	title: null,
	install: null,
	command: [],
	prompt: 'stdin',
	output: 'text',
	resume: [],
	model_args: [],
	read_only_args: [],
	edit_args: [],
	full_args: [],
	secret_variables: [],
	fields: {},
	silence_s: 0,
	limit_stderr: [],
	limit_exit: [],
	limit_fields: [],
};

/** The configuration without any file. `docs/configuration.md` names each value; a test compares. */
export const DEFAULT_CONFIG: RelayConfig = {
	store: 'repo',
	agents: { order: [...BUILT_IN_AGENTS], default: null, by_name: {} },
	turn: { idle_s: 300, timeout_s: 0, linger_s: 10, answer_s: 30, background_s: 1800 },
	limits: { patience_s: 20, max_hops: 4, when_exhausted: 'stop', max_wait_s: 21_600, warn_at: 0.9 },
	permissions: {
		preset: 'edit',
		ask: true,
		ask_timeout: 600,
		allow_commands: [],
		repo_commands: {},
		repo_unsandboxed: {},
		repo_edits: {},
	},
	packet: { max_bytes: 24_576 },
	names: { allow: false },
	ui: { color: 'auto', thinking: 'dim', ascii: 'auto', motion: true, status: true },
	attach: { key: 'ctrl-\\', on_limit: 'stay' },
	runners: { domain: null, image: null, memory: '2g', pids: 512 },
	mcp: { inject: true },
	search: { keep_indexed: true },
	notify: { terminal: 'auto', after_s: 30 },
	hooks: { turn_ended: [], limit: [], handover: [], question: [], session_ended: [] },
	ws: { warn_first: 80, warn_second: 100, warn_every: 25, summary_dir: null, summarize_with: null },
	budgets: { max_turns: 0, max_cost: 0 },
};

/** The configuration of one agent; the defaults when there is none. A profile has model and program of its base, unless it names its own. */
export function agentSettings(config: RelayConfig, agent: string): AgentSettings {
	const own = ownSettings(config, agent);
	if (own.base === null) return own;
	const base = ownSettings(config, own.base);
	return { ...own, model: own.model ?? base.model, executable: own.executable ?? base.executable };
}

function ownSettings({ agents }: RelayConfig, agent: string): AgentSettings {
	const own = Object.hasOwn(agents.by_name, agent) ? agents.by_name[agent] : undefined;
	return own ?? DEFAULT_AGENT_SETTINGS;
}
