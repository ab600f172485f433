// Transcripts of claude and codex as they are in real use: most bytes are outputs of tools, which nobody searches. The same for each
// call with the same numbers.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const WORDS = 12_000;
/** What a turn has: prompt, answers, calls and their outputs, in characters. */
const PROMPT_CHARS = 140;
const ANSWER_CHARS = 420;
const OUTPUT_CHARS = 6_000;
const FILE_MB = 4;
/** In turn. */
const PROJECTS = ['project', 'site', 'tools'];
/** Of so many answers one has what makes it an insight. */
const INSIGHTS = 50;

/** Numbers from 0 to 1, by the mulberry32 generator. */
export function numbersFrom(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** `a` to `z`, `ba`, …: words of letters alone. */
const lettersOf = (rank) => rank.toString(26).replace(/./g, (digit) => LETTERS[Number.parseInt(digit, 26)]);
const LETTERS = 'etaoinshrdlucmfwypvbgkjqxz';

/** Common words are common: the rank is a power of a uniform number. */
function textMaker(next) {
	const word = () => {
		const rank = Math.floor(next() ** 3 * WORDS);
		return rank % 29 === 7 ? `load${lettersOf(rank)}File` : lettersOf(rank);
	};
	return (chars) => {
		let text = '';
		while (text.length < chars) text += `${word()} `;
		return text;
	};
}

/**
 * Writes about `megabytes` below `home`, in files of `fileMb`, with outputs of about `outputChars`; gives how many messages can be found
 * and the path of the newest file.
 */
export function writeCorpus(home, megabytes, { fileMb = FILE_MB, outputChars = OUTPUT_CHARS } = {}) {
	const next = numbersFrom(megabytes);
	const textOf = textMaker(next);
	const output = textOf(outputChars * 8);
	let [messages, newest, time] = [0, '', Date.UTC(2026, 0, 1)];
	for (let file = 0; file < Math.max(1, Math.round(megabytes / fileMb)); file++) {
		const id = `${String(file).padStart(8, '0')}-0000-4000-8000-000000000000`;
		const project = PROJECTS[file % PROJECTS.length];
		const write = (file % 4 === 3 ? codexFile : claudeFile)(home, { id, project });
		newest = write.path;
		for (let bytes = 0, turn = 0; bytes < fileMb * 1e6; turn++) {
			time += 60_000;
			const at = Math.floor(next() * outputChars * 7);
			const said = {
				prompt: textOf(PROMPT_CHARS * 2 * next() + 20),
				answer: `${turn % INSIGHTS === 0 ? '★ Insight ' : ''}${textOf(ANSWER_CHARS * 2 * next() + 20)}`,
			};
			const made = write.turn({
				...said,
				output: output.slice(at, at + outputChars * 2 * next()),
				turn,
				time,
			});
			bytes += made.bytes;
			messages += made.messages;
		}
		write.close();
	}
	return { messages, newest };
}

function opened(path) {
	mkdirSync(dirname(path), { recursive: true });
	const fd = openSync(path, 'w');
	return {
		path,
		write: (lines) => writeSync(fd, lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
		close: () => closeSync(fd),
	};
}

function claudeFile(home, { id, project }) {
	const file = opened(join(home, `.claude/projects/-home-dev-${project}`, `${id}.jsonl`));
	let parent = null;
	const line = (type, message, { turn, time }, part, more = {}) => {
		const uuid = `${id.slice(0, 8)}-${turn}-${part}`;
		const own = {
			parentUuid: parent,
			isSidechain: false,
			userType: 'external',
			cwd: `/home/dev/${project}`,
			sessionId: id,
		};
		parent = uuid;
		return {
			...own,
			version: '2.1.235',
			type,
			message,
			uuid,
			timestamp: new Date(time + part * 1000).toISOString(),
			...more,
		};
	};
	const assistant = (said, part, content) =>
		line(
			'assistant',
			{ id: `m-${said.turn}-${part}`, model: 'claude-opus-4-8', role: 'assistant', content },
			said,
			part,
		);
	return {
		...file,
		turn: (said) => {
			const tool = `toolu_${id.slice(0, 8)}_${said.turn}`;
			const result = {
				role: 'user',
				content: [{ type: 'tool_result', tool_use_id: tool, content: said.output }],
			};
			const bytes = file.write([
				line('user', { role: 'user', content: said.prompt }, said, 0),
				assistant(said, 1, [
					{ type: 'tool_use', id: tool, name: 'Bash', input: { command: `cat file-${said.turn}.txt` } },
				]),
				line('user', result, said, 2, { toolUseResult: { stdout: said.output, stderr: '' } }),
				assistant(said, 3, [{ type: 'text', text: said.answer }]),
			]);
			return { bytes, messages: 3 };
		},
	};
}

function codexFile(home, { id, project }) {
	const file = opened(join(home, '.codex/sessions/2026/01/01', `rollout-2026-01-01T00-00-00-${id}.jsonl`));
	const line = (type, payload, { time }, part) => ({
		timestamp: new Date(time + part * 1000).toISOString(),
		type,
		payload,
	});
	file.write([
		line(
			'session_meta',
			{ id, cwd: `/home/dev/${project}`, cli_version: '0.145.0', source: 'cli' },
			{ time: Date.UTC(2026, 0, 1) },
			0,
		),
	]);
	return {
		...file,
		turn: (said) => {
			const call = `call_${said.turn}`;
			const item = (role, type, text) => ({ type: 'message', role, content: [{ type, text }] });
			const run = {
				type: 'function_call',
				name: 'exec_command',
				call_id: call,
				arguments: JSON.stringify({ cmd: `cat file-${said.turn}` }),
			};
			const bytes = file.write([
				line('event_msg', { type: 'user_message', message: said.prompt }, said, 0),
				line('response_item', item('user', 'input_text', said.prompt), said, 0),
				line('response_item', run, said, 1),
				line('response_item', { type: 'function_call_output', call_id: call, output: said.output }, said, 2),
				line('event_msg', { type: 'agent_message', message: said.answer }, said, 3),
				line('response_item', item('assistant', 'output_text', said.answer), said, 3),
			]);
			return { bytes, messages: 3 };
		},
	};
}
