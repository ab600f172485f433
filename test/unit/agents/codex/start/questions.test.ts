import { describe, expect, it } from 'vitest';
import type { TurnRequest } from '../../../../../src/agents/agent-adapter.ts';
import { codexAdapter } from '../../../../../src/agents/codex/adapter.ts';
import { askingKeyQuery, cannotAsk, questions } from '../../../../../src/agents/codex/start/questions.ts';
import { fakeTurnRequest } from '../../../../helpers/fake-turn-request.ts';

const ASKER = "'/usr/bin/node' '/it'\\''s/ask.js'";
const KEY = '/<session-flags>/config.toml:permission_request:0:0\nsha256:0a1b';
const base = fakeTurnRequest({
	mayAsk: true,
	asker: ASKER,
	version: '0.171.0',
	askingKey: KEY,
});
const settingsOf = (request: Partial<TurnRequest>) => {
	const { args } = codexAdapter.command({ ...base, ...request });
	return args.filter((_, at) => args[at - 1] === '-c');
};
const ask = (hook: unknown) => {
	const message = questions(base)?.read(JSON.stringify({ v: 1, dialect: 'codex', pid: 1, hook }));
	return message?.type === 'asked' ? message.question : null;
};

describe('codex', () => {
	it('asks with all its settings or with none of them', () => {
		const asking = settingsOf({ questionAddress: '/run/socket' });
		expect(asking).toEqual(
			expect.arrayContaining([
				'approval_policy="on-request"',
				'approvals_reviewer="auto_review"',
				'auto_review.timeout_ms=1',
				'hooks.state={"/<session-flags>/config.toml:permission_request:0:0"={trusted_hash="sha256:0a1b"}}',
			]),
		);
		expect(asking.some((setting) => setting.startsWith('hooks.PermissionRequest='))).toBe(true);
		for (const request of [
			{},
			{ questionAddress: '/s', askingKey: null },
			{ questionAddress: '/s', asker: undefined },
		]) {
			const settings = settingsOf(request as Partial<TurnRequest>);
			expect(settings).toContain('approval_policy="never"');
			expect(settings.join()).not.toMatch(/auto_review|hooks/);
		}
	});

	it.each([
		['read-only', { permissions: 'read-only' }],
		['full', { permissions: 'full' }],
		['nobody there', { mayAsk: false }],
		['no key', { askingKey: null }],
		['no key yet', { askingKey: undefined }],
		['an older version', { version: '0.164.9' }],
		['a version not tried', { version: '0.172.0' }],
		['a version not known', { version: null }],
	])('asks nothing: %s', (_, request) => {
		expect(questions({ ...base, ...request } as TurnRequest)).toBeNull();
	});

	it('says why', () => {
		expect(cannotAsk({ version: '0.172.0' })).toContain('0.165.0');
		expect(cannotAsk({ version: '0.171.0', askingKey: null })).toContain('trust');
		expect(cannotAsk({ version: '0.171.0' })).toBeNull();
	});

	it('takes the key of its own hook alone', () => {
		const query = askingKeyQuery(ASKER);
		const own = { key: 'k:0:0', currentHash: 'sha256:ab', command: `${ASKER} codex`, source: 'sessionFlags' };
		const answer = (...hooks: unknown[]) => `${JSON.stringify({ id: 2, result: { data: [{ hooks }] } })}\n`;
		expect(query.read('{"id":1,"result":{}}\n')).toBeUndefined();
		expect(query.read(answer(own).slice(0, -1))).toBeUndefined();
		expect(query.read(`{"id":1}\nnoise\n${answer({ ...own, command: 'other' }, own)}`)).toBe(
			'k:0:0\nsha256:ab',
		);
		for (const hooks of [
			[],
			[{ ...own, source: 'user' }],
			[{ ...own, currentHash: 'a"b' }],
			[{ ...own, key: 'a\nb' }],
			[7],
		])
			expect(query.read(answer(...hooks))).toBeNull();
		expect(query.read('{"id":2,"error":{}}\n')).toBeNull();
	});

	it('reads commands, patches and tools of servers', () => {
		expect(
			ask({ tool_name: 'Bash', cwd: '/repo', tool_input: { command: 'npm i', description: 'network' } }),
		).toMatchObject({ wants: { action: 'leave', what: 'npm i', folder: '/repo', reason: 'network' } });
		const patch =
			'*** Begin Patch\n*** Add File: ../a\n+x\n*** Update File: b\n*** Move to: c\n*** End Patch';
		expect(ask({ tool_name: 'apply_patch', tool_input: { command: patch } })).toMatchObject({
			detail: patch,
			wants: { action: 'edit', what: '../a\nb\nc' },
		});
		const hidden = '*** Begin Patch\n*** Update File: b\n  *** add file :  ../hidden \n+x\n*** End Patch';
		expect(ask({ tool_name: 'apply_patch', tool_input: { command: hidden } })).toMatchObject({
			wants: { action: 'edit', what: 'b\n../hidden' },
		});
		expect(ask({ tool_name: 'mcp__s__t', tool_input: { x: 1 } })).toMatchObject({
			wants: { action: 'use', what: 'mcp__s__t {"x":1}' },
		});
		expect(ask({ tool_input: {} })).toBeNull();
	});

	it('leaves a denied command on record, which its stream does not mention', () => {
		const trace = questions(base)?.traceOfDenied;
		const command = ask({ tool_name: 'Bash', tool_input: { command: 'npm i' } });
		const patch = ask({ tool_name: 'apply_patch', tool_input: { command: 'x' } });
		if (command === null || patch === null || trace === undefined) throw new Error('it asks nothing');
		expect(trace(command, 'q1')).toMatchObject([
			{ type: 'tool_call', id: 'q1', command: 'npm i' },
			{ type: 'tool_result', id: 'q1', denied: true, ok: false },
		]);
		expect(trace(patch, 'q2')).toEqual([]);
	});
});
