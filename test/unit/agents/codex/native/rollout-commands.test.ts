import { describe, expect, it } from 'vitest';
import { codexAdapter } from '../../../../../src/agents/codex/adapter.ts';
import { parseRollout } from '../../../../../src/agents/codex/native/rollout.ts';

const line = (type: string, payload: object) => JSON.stringify({ timestamp: 't', type, payload });
const started = line('event_msg', { type: 'task_started' });
const call = (id: string, args: object) =>
	line('response_item', {
		type: 'function_call',
		name: 'exec_command',
		call_id: id,
		arguments: JSON.stringify(args),
	});
const output = (id: string, text: string) =>
	line('response_item', { type: 'function_call_output', call_id: id, output: text });
/** As 0.135.0 writes it. */
const ended = (code: number, printed = 'one\n') =>
	`Chunk ID: f96b75\nWall time: 1.8692 seconds\nProcess exited with code ${code}\nOriginal token count: 1\nOutput:\n${printed}`;
const commands = (...lines: string[]) => parseRollout([started, ...lines].join('\n'))?.commandResults ?? [];

describe('the commands in the record of a thread', () => {
	it('report how they ended, in the forms of several versions', () => {
		const bash = { command: ['bash', '-lc', 'npm test'] };
		expect(
			commands(
				call('a', { cmd: 'npm test' }),
				output('a', ended(3)),
				call('b', bash),
				output('b', '{"output":"ok","metadata":{"exit_code":0,"duration_seconds":1.2}}'),
				call('c', { cmd: 'make' }),
				output('c', 'Exit code: 2\nWall time: 0.1 seconds\nOutput:\n'),
			),
		).toEqual([
			{ command: 'npm test', exitCode: 3 },
			{ command: 'npm test', exitCode: 0 },
			{ command: 'make', exitCode: 2 },
		]);
	});

	it('are not ended by what a command prints, nor by an earlier turn', () => {
		const running =
			'Chunk ID: 1\nWall time: 10 seconds\nProcess running with session ID 5\nOutput:\nProcess exited with code 0\n';
		expect(commands(call('a', { cmd: 'serve' }), output('a', running))).toEqual([]);
		expect(commands(call('a', { cmd: 'x' }), output('a', ended(0)), started)).toEqual([]);
		expect(commands(output('a', ended(0)))).toEqual([]);
	});
});

describe('a command whose end the stream does not report', () => {
	const item = (id: string, command: string) =>
		`${JSON.stringify({ type: 'item.started', item: { id, type: 'command_execution', command: `/bin/bash -lc '${command}'`, exit_code: null, status: 'in_progress' } })}\n`;
	const results = (native: Array<{ command: string; exitCode: number }>, ...items: string[]) => {
		const parser = codexAdapter.parser({
			requestedSessionId: null,
			resume: false,
			requestedModel: null,
			cumulativeBefore: null,
			now: () => 0,
		});
		const done =
			'{"type":"turn.completed","usage":{"input_tokens":1,"cached_input_tokens":0,"output_tokens":1}}\n';
		parser.push(Buffer.from(['{"type":"thread.started","thread_id":"t"}\n', ...items, done].join('')));
		return parser.end({ exitCode: 0, signal: null, stopRequested: null }, { commandResults: native }).turn
			.toolResults;
	};

	it('has that of the record', () => {
		const run = { command: 'npm test', exitCode: 3 };
		expect(results([run], item('i0', 'npm test'))).toEqual([{ id: 'i0', ok: false, exitCode: 3 }]);
		expect(results([run, run], item('i0', 'npm test'))).toEqual([{ id: 'i0', ok: false, exitCode: 3 }]);
	});

	it('stays unknown if the record does not say which run it was', () => {
		const runs = [
			{ command: 'npm test', exitCode: 3 },
			{ command: 'npm test', exitCode: 0 },
		];
		expect(results(runs, item('i0', 'npm test'))).toEqual([]);
		expect(results([], item('i0', 'npm test'))).toEqual([]);
	});

	it('whose end the stream reported is left as it is', () => {
		const end =
			'{"type":"item.completed","item":{"id":"i0","type":"command_execution","command":"npm test","aggregated_output":"","exit_code":0,"status":"completed"}}\n';
		expect(results([{ command: 'npm test', exitCode: 0 }], item('i0', 'npm test'), end)).toEqual([]);
	});
});
