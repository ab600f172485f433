/**
 * The types of everything that may be configured: one schema per section, keys as in TOML. `config-keys.ts` describes each key for
 * people; `layers.ts` reads the values.
 */
import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { parseDuration } from './duration.ts';

/** Agents that need no `command`, in the order of first choice. Their adapters are in `agents/`. */
export const BUILT_IN_AGENTS: readonly string[] = ['claude', 'codex', 'copilot', 'opencode', 'gemini'];

/** The built-in agents and `others` (demo agents), each once: all that need no `command`. */
export function agentsWithoutCommand(others: readonly string[] = []): string[] {
	return [...new Set([...BUILT_IN_AGENTS, ...others])];
}

/** Also safe as a TOML bare key, as part of a variable's name and as a file name. */
/** Not `constructor` nor `prototype`: no record keeps a key of these names. */
export const AGENT_NAME = /^(?!(?:constructor|prototype)$)[a-z][a-z0-9_-]{0,31}$/;
/** A model becomes a word of a command line, so it must not begin like an option. */
const MODEL_NAME = /^[A-Za-z0-9][\w.:/@+[\]-]{0,127}$/;
const ONE_LINE = /^[^\u0000-\u001f\u007f]+$/;
const NO_CONTROLS = /^[^\u0000-\u001f\u007f]*$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** `message.content.0.text` */
const FIELD_PATH = /^[^.\s]+(\.[^.\s]+)*$/;
/** Lowercase labels with dots between them. */
const DOMAIN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** A name as podman and docker have it; it must not begin like an option. */
const IMAGE = /^[A-Za-z0-9][\w.:/@-]{0,254}$/;
/** Bytes, or `512m`, `2g`. */
const MEMORY = /^\d{1,15}[bkmg]?$/i;
/** `ctrl-` and a letter, or one of those that make a control character with it. Not those that every program needs. */
export const CONTROL_KEY = /^ctrl-([abd-gklnopr-y\\\]^_])$/i;
const MAX_PATTERN_CHARS = 500;

const line = v.pipe(v.string(), v.regex(ONE_LINE));
const lines = v.array(line);
const fieldPath = v.pipe(v.string(), v.regex(FIELD_PATH));
/** TOML has no null: empty text unsets a value. */
const orNone = <T extends v.GenericSchema>(schema: T) =>
	v.nullable(
		v.union([
			v.pipe(
				v.literal(''),
				v.transform(() => null),
			),
			schema,
		]),
	);

const isProgram = (text: string) => isAbsolute(text) || text.startsWith('~/') || !text.includes('/');
const program = v.pipe(line, v.check(isProgram));
const commandLine = v.pipe(
	lines,
	v.check((words) => words[0] === undefined || isProgram(words[0])),
);

const isPattern = (text: string) => {
	try {
		return new RegExp(text, 'u').source.length <= MAX_PATTERN_CHARS;
	} catch {
		return false;
	}
};
const pattern = v.pipe(line, v.check(isPattern));
const LIMIT_KINDS = ['window', 'rate', 'quota', 'billing', 'overloaded'] as const;
const limitKind = v.picklist(LIMIT_KINDS);
/** `told`: the kind is read from the provider's words. */
const kindOrReported = v.picklist([...LIMIT_KINDS, 'told']);
const plainValue = v.union([line, v.number(), v.boolean()]);

const inRange = (min: number, max: number) =>
	v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));
const integerInRange = (min: number, max: number) => v.pipe(inRange(min, max), v.integer());
/** Seconds, as a number or as duration text. */
const seconds = (min: number, max: number) =>
	v.union([
		inRange(min, max),
		v.pipe(
			v.string(),
			v.transform((text) => parseDuration(text) ?? Number.NaN),
			inRange(min, max),
		),
	]);
const DAY_S = 86_400;

const limitByText = v.strictObject({ pattern, kind: kindOrReported });
const limitByExit = v.strictObject({ code: integerInRange(1, 255), kind: limitKind });
const limitByField = v.pipe(
	v.strictObject({
		field: fieldPath,
		equals: v.optional(v.union([plainValue, v.pipe(v.array(plainValue), v.minLength(1))])),
		matches: v.optional(pattern),
		kind: kindOrReported,
		/** A time, or a wait in seconds. */
		reset_field: v.optional(fieldPath),
	}),
	v.check(({ equals, matches, kind }) => {
		const conditions = [equals, matches].filter((condition) => condition !== undefined).length;
		return conditions === 1 || (conditions === 0 && kind === 'told');
	}),
);
/** Where the JSON lines of a CLI hold each value; dotted paths (`*`: every item of a list). */
const fields = v.strictObject({
	text: v.optional(fieldPath),
	/** Texts with the same value here are parts of one message; without it each text is a message. */
	message: v.optional(fieldPath),
	thought: v.optional(fieldPath),
	session: v.optional(fieldPath),
	model: v.optional(fieldPath),
	input_tokens: v.optional(fieldPath),
	output_tokens: v.optional(fieldPath),
	cost_usd: v.optional(fieldPath),
	error: v.optional(fieldPath),
	/** The id of a tool call, in the line where it begins and in the line of its result. */
	tool_call: v.optional(fieldPath),
	tool_name: v.optional(fieldPath),
	tool_input: v.optional(fieldPath),
	tool_result: v.optional(fieldPath),
	tool_output: v.optional(fieldPath),
	tool_error: v.optional(fieldPath),
});

/**
 * `[agents.NAME]`. `model`, `executable` and `env` apply to every agent; `base` makes NAME a profile, a further account of a built-in
 * one; the rest describes an agent of the user's own.
 */
export const agentSettingsSchema = v.strictObject({
	model: orNone(v.pipe(v.string(), v.regex(MODEL_NAME))),
	executable: orNone(program),
	base: orNone(line),
	/** Empty text takes a variable away. */
	env: v.record(v.pipe(v.string(), v.regex(VARIABLE_NAME)), v.pipe(v.string(), v.regex(NO_CONTROLS))),
	title: orNone(line),
	install: orNone(line),
	command: commandLine,
	prompt: v.picklist(['stdin', 'file', 'arg']),
	output: v.picklist(['text', 'jsonl']),
	resume: lines,
	model_args: lines,
	read_only_args: lines,
	edit_args: lines,
	full_args: lines,
	secret_variables: v.array(v.pipe(v.string(), v.regex(VARIABLE_NAME))),
	fields,
	/** 0: silence means nothing. */
	silence_s: seconds(0, DAY_S),
	limit_stderr: v.array(limitByText),
	limit_exit: v.array(limitByExit),
	limit_fields: v.array(limitByField),
});
export type AgentSettings = v.InferOutput<typeof agentSettingsSchema>;

const agentsSchema = v.strictObject({
	order: v.pipe(v.array(line), v.minLength(1)),
	default: orNone(line),
	/** The tables `[agents.NAME]`; read them through `agentSettings`. */
	by_name: v.record(v.pipe(v.string(), v.regex(AGENT_NAME)), agentSettingsSchema),
});

export const relayConfigSchema = v.strictObject({
	store: v.picklist(['repo', 'state']),
	agents: agentsSchema,
	turn: v.strictObject({
		idle_s: seconds(0, 30 * DAY_S),
		timeout_s: seconds(0, 30 * DAY_S),
		linger_s: seconds(0, 3600),
		answer_s: seconds(0, 3600),
		background_s: seconds(0, 30 * DAY_S),
	}),
	limits: v.strictObject({
		patience_s: seconds(0, 3600),
		max_hops: integerInRange(0, 100),
		when_exhausted: v.picklist(['stop', 'wait']),
		max_wait_s: seconds(0, 30 * DAY_S),
		warn_at: inRange(0, 1),
	}),
	permissions: v.strictObject({
		preset: v.picklist(['read-only', 'edit', 'full']),
		ask: v.boolean(),
		/** Seconds. */
		ask_timeout: seconds(1, 30 * DAY_S),
		allow_commands: lines,
		/** By the real path of a repo's worktree. */
		repo_commands: v.record(v.pipe(line, v.startsWith('/')), lines),
		/** The same, for what may run outside the sandbox of an agent that has one. */
		repo_unsandboxed: v.record(v.pipe(line, v.startsWith('/')), lines),
		/** Absolute paths of files. */
		repo_edits: v.record(v.pipe(line, v.startsWith('/')), lines),
	}),
	names: v.strictObject({ allow: v.boolean() }),
	packet: v.strictObject({ max_bytes: integerInRange(4096, 1_048_576) }),
	ui: v.strictObject({
		color: v.picklist(['auto', 'always', 'never']),
		thinking: v.picklist(['dim', 'hide']),
		ascii: v.picklist(['auto', 'always', 'never']),
		motion: v.boolean(),
		status: v.boolean(),
	}),
	runners: v.strictObject({
		domain: orNone(v.pipe(v.string(), v.regex(DOMAIN))),
		image: orNone(v.pipe(v.string(), v.regex(IMAGE))),
		memory: orNone(v.pipe(v.string(), v.regex(MEMORY))),
		pids: integerInRange(0, 1_000_000),
	}),
	attach: v.strictObject({
		key: v.pipe(v.string(), v.regex(CONTROL_KEY)),
		on_limit: v.picklist(['stay', 'return']),
	}),
	mcp: v.strictObject({ inject: v.boolean() }),
	search: v.strictObject({ keep_indexed: v.boolean() }),
	notify: v.strictObject({
		terminal: v.picklist(['auto', 'osc9', 'osc777', 'bell', 'off']),
		after_s: seconds(0, DAY_S),
	}),
	/** Each a program and its arguments; empty: none. */
	hooks: v.strictObject({
		turn_ended: commandLine,
		limit: commandLine,
		handover: commandLine,
		question: commandLine,
		session_ended: commandLine,
	}),
	ws: v.strictObject({
		warn_first: integerInRange(0, 1_000_000),
		warn_second: integerInRange(0, 1_000_000),
		warn_every: integerInRange(0, 1_000_000),
		summary_dir: orNone(
			v.pipe(
				line,
				v.check((path) => isAbsolute(path) || path.startsWith('~/')),
			),
		),
		summarize_with: orNone(line),
	}),
	budgets: v.strictObject({
		max_turns: integerInRange(0, 1_000_000),
		max_cost: inRange(0, 1_000_000),
	}),
});

/** The whole configuration, checked. Times are seconds, money is USD, 0 = off if the key's text says so. */
export type RelayConfig = v.InferOutput<typeof relayConfigSchema>;
