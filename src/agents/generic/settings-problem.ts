import type { AgentSettings } from '../../config/schema.ts';
import { namesSession } from './command-line.ts';

/** What is wrong with settings whose values are each valid by themselves. */
export interface SettingsProblem {
	/** The key to change. */
	key: keyof AgentSettings;
	/** Completes `agents.NAME.KEY: …`. */
	problem: string;
}

/** The first contradiction in `[agents.NAME]`, or null. */
export function problemIn(settings: AgentSettings): SettingsProblem | null {
	return (
		promptProblem(settings) ??
		placeholderProblem(settings) ??
		resumeProblem(settings) ??
		fieldsProblem(settings)
	);
}

function promptProblem({ command, prompt }: AgentSettings): SettingsProblem | null {
	const [program = '', ...words] = command;
	if (/\{(prompt_file|prompt|session|model)\}/.test(program))
		return { key: 'command', problem: 'the first word is a placeholder, not a program' };
	const has = (placeholder: string) => words.some((word) => word.includes(placeholder));
	const wanted = { stdin: null, file: '{prompt_file}', arg: '{prompt}' }[prompt];
	if (wanted !== null && !has(wanted))
		return { key: 'command', problem: `prompt = "${prompt}" needs the word ${wanted} in it` };
	const stray = ['{prompt_file}', '{prompt}'].find(
		(placeholder) => placeholder !== wanted && has(placeholder),
	);
	if (stray === undefined) return null;
	const way = stray === '{prompt}' ? 'arg' : 'file';
	return { key: 'command', problem: `${stray} needs prompt = "${way}"; prompt is "${prompt}"` };
}

function placeholderProblem(settings: AgentSettings): SettingsProblem | null {
	if (settings.command.some((word) => word.includes('{model}')))
		return {
			key: 'command',
			problem: '{model} belongs in model_args, which is left out when no model is named',
		};
	if (settings.model_args.length > 0 && !settings.model_args.some((word) => word.includes('{model}')))
		return { key: 'model_args', problem: 'the word {model} is missing' };
	return null;
}

function resumeProblem({ command, resume, output, fields }: AgentSettings): SettingsProblem | null {
	if (resume.length === 0) {
		return namesSession(command)
			? { key: 'resume', problem: 'command names {session}, so this must say how to resume a conversation' }
			: null;
	}
	if (namesSession(command)) return null;
	if (!namesSession(resume))
		return {
			key: 'resume',
			problem:
				'the word {session} is missing here or in command; without an id another conversation could be resumed',
		};
	if (output === 'jsonl' && fields.session !== undefined) return null;
	return {
		key: 'resume',
		problem: 'the id of a conversation is not known: name fields.session, or put {session} into command',
	};
}

function fieldsProblem({ output, fields, limit_fields }: AgentSettings): SettingsProblem | null {
	if (output === 'text') {
		if (Object.keys(fields).length > 0) return { key: 'fields', problem: 'needs output = "jsonl"' };
		return limit_fields.length > 0 ? { key: 'limit_fields', problem: 'needs output = "jsonl"' } : null;
	}
	if (fields.text === undefined) return { key: 'fields', problem: 'output = "jsonl" needs the path of text' };
	if ((fields.tool_call === undefined) !== (fields.tool_result === undefined))
		return { key: 'fields', problem: 'tool_call and tool_result belong together' };
	const spoken = [fields.text, fields.thought, fields.tool_input, fields.tool_output];
	const forgeable = limit_fields.find(({ field }) => spoken.includes(field));
	if (forgeable === undefined) return null;
	return {
		key: 'limit_fields',
		problem: `${forgeable.field} holds what the model or a tool says; a limit must be in a field of its own`,
	};
}
