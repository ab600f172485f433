/** From the words in `[agents.NAME]` to one command line. Placeholders are filled word by word; no shell reads them. */
import type { AgentSettings } from '../../config/schema.ts';
import { RelayError } from '../../core/errors.ts';
import type { AgentCommand, AgentId, TurnRequest } from '../agent-adapter.ts';

/** One argument holds at most 128 KiB on Linux (MAX_ARG_STRLEN); the rest is room for the option around the prompt. */
const MAX_ARGUMENT_BYTES = 100 * 1024;
const PLACEHOLDER = /\{(prompt_file|prompt|session|model)\}/g;
/** An id becomes a word of a command line, so it never begins like an option. */
const SESSION_ID = /^[0-9A-Za-z][\w.:-]{0,199}$/;

type Values = Partial<Record<string, string>>;

/** Throws RelayError `refused` if this CLI cannot be asked to do it; then nothing was started. */
export function genericCommand(name: AgentId, settings: AgentSettings, turn: TurnRequest): AgentCommand {
	const [program = '', ...words] = settings.command;
	const options = optionsOf(name, settings, turn);
	const prompt = promptArgument(name, settings, turn);
	const fill = (values: Values) =>
		withOptions(
			words.map((word) => filled(word, values)),
			options,
		);
	const values: Values = {
		...(turn.prompt === undefined ? {} : { prompt_file: turn.prompt.path }),
		...(turn.nativeSessionId === null ? {} : { session: checkedId(name, turn.nativeSessionId) }),
	};
	return {
		executable: program,
		args: fill(prompt === null ? values : { ...values, prompt }),
		...(prompt === null ? {} : { recordedArgs: fill(values) }),
		stdin: settings.prompt === 'stdin' ? 'prompt' : 'empty',
		// A program that writes for people sees a terminal on stdout; these make most leave out colours and redrawing.
		env: settings.output === 'text' ? { TERM: 'dumb', NO_COLOR: '1' } : {},
	};
}

/** True: the relay chooses the id of a conversation and passes it with each turn. */
export function namesSession(words: readonly string[]): boolean {
	return words.some((word) => word.includes('{session}'));
}

export function isSessionId(text: string): boolean {
	return SESSION_ID.test(text);
}

/** The command line that resumes a conversation, if the settings have one. */
export function resumeWords({ executable, command, resume }: AgentSettings, id: string): string[] {
	const [program = '', ...words] = command;
	const about = words.filter((word, at) => {
		const next = words[at + 1] ?? '';
		const isItsOption = /^-[^=]*$/.test(word) && !next.startsWith('-') && next.includes('{session}');
		return word.includes('{session}') || isItsOption;
	});
	return [executable ?? program, ...[...about, ...resume].map((word) => filled(word, { session: id }))];
}

function optionsOf(name: AgentId, settings: AgentSettings, turn: TurnRequest): string[] {
	const { nativeSessionId, resume, model } = turn;
	return [
		...presetWords(name, settings, turn),
		...(model === null ? [] : modelWords(name, settings, model)),
		...(resume && nativeSessionId !== null
			? settings.resume.map((word) => filled(word, { session: checkedId(name, nativeSessionId) }))
			: []),
	];
}

/** Without arguments for `read-only` nothing would keep the CLI from writing. */
function presetWords(
	name: AgentId,
	settings: AgentSettings,
	{ permissions }: TurnRequest,
): readonly string[] {
	switch (permissions) {
		case 'read-only':
			if (settings.read_only_args.length > 0) return settings.read_only_args;
			throw new RelayError('refused', `${name} cannot be kept read-only: no arguments are set for it.`, {
				hint: `Set agents.${name}.read_only_args, or use another agent.`,
			});
		case 'edit':
			return settings.edit_args;
		case 'full':
			return settings.full_args;
	}
}

function modelWords(name: AgentId, { model_args }: AgentSettings, model: string): string[] {
	if (model_args.length > 0) return model_args.map((word) => filled(word, { model }));
	throw new RelayError('refused', `${name} cannot be asked for the model ${model}.`, {
		hint: `Set agents.${name}.model_args, for instance ["--model", "{model}"].`,
	});
}

function promptArgument(name: AgentId, settings: AgentSettings, { prompt }: TurnRequest): string | null {
	if (settings.prompt !== 'arg' || prompt === undefined) return null;
	const bytes = Buffer.byteLength(prompt.text);
	const hint = `Set agents.${name}.prompt to "file" or "stdin".`;
	if (bytes > MAX_ARGUMENT_BYTES) {
		const size = `${Math.ceil(bytes / 1024)} KiB`;
		throw new RelayError(
			'refused',
			`${name} takes the prompt as an argument, which holds at most 100 KiB; this one has ${size}.`,
			{ hint },
		);
	}
	if (prompt.text.includes('\0'))
		throw new RelayError('refused', `${name} takes the prompt as an argument, and this one has a NUL byte.`, {
			hint,
		});
	return prompt.text;
}

/** In one pass: the value of a placeholder is never searched for another. */
function filled(word: string, values: Values): string {
	return word.replace(PLACEHOLDER, (placeholder, key: string) => values[key] ?? placeholder);
}

/** At the end, or before the `--` that ends all options. */
function withOptions(words: readonly string[], options: readonly string[]): string[] {
	const end = words.indexOf('--');
	return end < 0 ? [...words, ...options] : [...words.slice(0, end), ...options, ...words.slice(end)];
}

function checkedId(name: AgentId, id: string): string {
	if (isSessionId(id)) return id;
	throw new RelayError('damaged_record', `${JSON.stringify(id)} is not the id of a conversation of ${name}`, {
		hint: 'start a new conversation with /new',
	});
}
