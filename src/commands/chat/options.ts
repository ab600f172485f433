import { RelayError } from '../../core/errors.ts';
import type { RoleRequest } from '../../relay/chat/participants.ts';
import { command } from '../command.ts';
import {
	encoding,
	permissions,
	readTimeout,
	sessionConfig,
	textFile,
	trust,
} from '../options/conversation-options.ts';
import { asTyped, documents, flag, only, quietly, value, values } from '../options/option-table.ts';

const MAX_TURNS = 1000;

const options = {
	topic: value('[topic]', 'what they discuss, in quotes', 'text', asTyped),
	agents: value(
		'-A, --agents <agents>',
		'who takes part, in this order, for instance claude,codex:o3',
		'agent_list',
		readAgents,
	),
	file: textFile('read the topic from a file (- is stdin)'),
	encoding: encoding('encoding of that file and of stdin (utf-8)'),
	maxTurns: value('-n, --max-turns <count>', 'turns in all (6)', 'none', readTurns),
	role: values('--role <role>', 'give an agent a role, NAME="…"; may be repeated', 'none', readRole),
	until: value(
		'--until <condition>',
		'what must be true before an agent may call it done',
		'none',
		readUntil,
	),
	timeout: value('--timeout <time>', 'end the chat after this time (90s, 10m)', 'none', readTimeout),
	permissions: permissions('read-only (the default), edit or full'),
	config: sessionConfig,
	trust: only('cli', trust),
	here: flag('--here', 'continue an earlier chat in this folder, wherever and by whomever it was started'),
	continue: flag('-c, --continue', 'continue the latest chat that has not reached agreement'),
	session: value(
		'-s, --session <ref>',
		'continue this chat (id, prefix, suffix, @name, latest)',
		'chats',
		asTyped,
	),
	json: documents,
	quiet: quietly('print only the last message'),
};

export const chat = command({
	path: 'chat',
	about: 'let two to five agents answer each other until they agree',
	examples: [
		'chat "Is the cache worth its bugs?" --agents claude,codex',
		'chat -f plan.md --agents claude,claude:opus -n 8 --role 1="defend it" --role 2="find the holes"',
		'chat --continue "And on Windows?"',
	],
	in: ['cli', 'shell'],
	duringTurn: 'queued',
	shell: {
		summary: 'let two to five agents answer each other, in a separate session',
		usage:
			'chat TOPIC --agents A,B [-n TURNS] [--role NAME="…"] [--until "…"] [--timeout TIME] [-p PERMISSIONS] | [TEXT] --continue | [TEXT] --session REF',
		example: '/chat is the cache worth its bugs? --agents claude,codex -n 4',
	},
	live: 'the chat',
	linesTo: 'stderr',
	options,
	load: async () => (await import('./run.ts')).chat,
	lines: async () => (await import('./lines.ts')).chatLines,
	quietLines: async () => (await import('./lines.ts')).lastMessageLines,
});

function readAgents(text: string): string[] {
	const names = text.split(',').map((name) => name.trim());
	if (names.every((name) => name !== '')) return names;
	throw new RelayError('usage', `--agents ${JSON.stringify(text)} has an empty name.`, {
		hint: 'For example: --agents claude,codex',
	});
}

function readRole(text: string): RoleRequest {
	const at = text.indexOf('=');
	if (at > 0) return { who: text.slice(0, at), role: text.slice(at + 1) };
	throw new RelayError('usage', `--role takes NAME="…", not ${JSON.stringify(text)}.`, {
		hint: 'For example: --role claude="defend the plan" --role 2="look for what is missing"',
	});
}

function readTurns(text: string): number {
	const turns = Number(text);
	if (/^\d{1,4}$/.test(text) && turns > 0 && turns <= MAX_TURNS) return turns;
	throw new RelayError(
		'usage',
		`--max-turns takes a number from 1 to ${MAX_TURNS}, not ${JSON.stringify(text)}.`,
	);
}

function readUntil(text: string): string {
	if (text.trim() !== '') return text;
	throw new RelayError('usage', '--until is empty.');
}
