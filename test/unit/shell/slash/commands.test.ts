import { describe, expect, it } from 'vitest';
import { parseSessionId } from '../../../../src/core/ids.ts';
import type { SessionSummary } from '../../../../src/sessions/listing/session-list.ts';
import { findCommand, unknownCommand } from '../../../../src/shell/slash/find-command.ts';
import { SLASH_COMMANDS } from '../../../../src/shell/slash/registry.ts';
import type { SlashContext } from '../../../../src/shell/slash/slash-command.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { fakeCommandContext, fakeStore, fakeSummary } from '../../../helpers/fake-command-context.ts';
import { createFakeRelay } from '../../../helpers/fake-relay.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeSlashContext, NOON, noonClock } from '../../../helpers/fake-slash-context.ts';

async function run(line: string, over: Partial<SlashContext> = {}) {
	const fake = fakeSlashContext(over);
	const [, name = '', argument = ''] = /^\/(\S+)\s*(.*)$/s.exec(line) ?? [];
	await findCommand(SLASH_COMMANDS, name)?.run(fake.context, argument);
	return { ...fake, text: fake.printed.join('\n') };
}

describe('/use', () => {
	it.each([
		['/use codex', 'codex', null],
		['/use x', 'codex', null],
		['/use cod', 'codex', null],
		['/use claude:opus', 'claude', 'opus'],
		['/use demo', 'demo-one', null],
	])('%s goes on with %s', async (line, agent, model) => {
		expect((await run(line)).relay.calls).toEqual([{ call: 'use', agent, model }]);
	});

	it('takes permissions', async () => {
		expect((await run('/use codex --permissions read-only')).text).toContain('read-only');
	});

	it.each([
		['/use clade', /Did you mean claude/],
		['/use codex --permissions all', /one of read-only, edit, full/],
		['/use codex --model x', /Usage: \/use/],
		['/use a b', /Usage: \/use/],
		['/use', /Usage: \/use/],
	])('%s is refused with what to do', async (line, hint) => {
		await expect(run(line)).rejects.toMatchObject({ hint: expect.stringMatching(hint) });
	});

	it('picks from a list on a terminal, and does nothing when left', async () => {
		expect((await run('/use', { isInteractive: true, pick: async () => 'codex' })).relay.calls).toHaveLength(
			1,
		);
		expect((await run('/use', { isInteractive: true, pick: async () => null })).relay.calls).toHaveLength(0);
	});
});

describe('/permissions', () => {
	const allowed = (what: string, action = 'run') => ({
		...{ call: 'setAllowed', rule: { action, what }, where: 'repo', isAllowed: true },
	});

	it.each(['/permissions allow npm test', '/permissions allow "npm test"', "/permissions allow 'npm test'"])(
		'%s allows one command',
		async (line) => {
			expect((await run(line)).relay.calls).toEqual([allowed('npm test')]);
		},
	);

	it('keeps quotes that belong to the command', async () => {
		expect((await run('/permissions allow git commit -m "x y"')).relay.calls).toEqual([
			allowed('git commit -m "x y"'),
		]);
	});

	it('allows and takes back in this repo or everywhere, never in both', async () => {
		expect((await run('/permissions allow --global "npm test"')).relay.calls).toEqual([
			{ ...allowed('npm test'), where: 'everywhere' },
		]);
		expect((await run('/permissions disallow npm test --repo')).relay.calls).toEqual([
			{ ...allowed('npm test', 'leave'), isAllowed: false },
			{ ...allowed('npm test', 'edit'), isAllowed: false },
			{ ...allowed('npm test'), isAllowed: false },
		]);
		for (const line of [
			'/permissions allow',
			'/permissions allow --repo --global x',
			'/permissions disallow',
		])
			await expect(run(line)).rejects.toMatchObject({ code: 'usage' });
	});

	it('sets a preset, tells it, and refuses another word', async () => {
		expect((await run('/permissions full')).text).toBe('Permissions: full');
		await expect(run('/permissions everything')).rejects.toMatchObject({ code: 'usage' });
	});
});

describe('other commands', () => {
	it('/model sets and clears the model', async () => {
		expect((await run('/model opus')).text).toBe('claude uses opus');
		expect((await run('/model default')).text).toBe('claude uses its own default model');
	});

	it('/queue lists and clears what waits', async () => {
		const { context } = fakeSlashContext();
		context.waiting.add('one');
		context.waiting.add('two');
		expect((await run('/queue', { waiting: context.waiting })).printed).toEqual(['1. one', '2. two']);
		expect((await run('/queue clear', { waiting: context.waiting })).text).toBe('2 prompts dropped');
		expect(context.waiting.size).toBe(0);
	});

	it('/diff and /show refuse what is no turn', async () => {
		await expect(run('/diff x')).rejects.toMatchObject({ code: 'usage' });
		await expect(run('/show 0')).rejects.toMatchObject({ code: 'usage' });
	});

	it('/config refuses what begins no setting', async () => {
		await expect(run('/config zebra')).rejects.toMatchObject({ code: 'usage' });
		expect((await run('/config limits.patience_s')).printed).toHaveLength(2);
	});

	it('/chat without words asks what it is about, unless it goes on', async () => {
		await expect(run('/chat --agents claude,codex')).rejects.toMatchObject({
			message: 'what is the chat about?',
		});
	});

	it('/resume offers conversations alone, without the one that runs', async () => {
		const asked: unknown[] = [];
		const sessions = contextWith(
			[row('01K3ZZZZZZZZZZZZZZZZZZZZZZ', 'this one'), row('01K3ZZZZZZZZZZZZZZZZZAAAAA', 'another')],
			(kinds) => asked.push(kinds),
		);
		const offered: string[] = [];
		const pick: SlashContext['pick'] = async (_message, choices) => {
			offered.push(...choices.map(({ label }) => label));
			return null;
		};
		const { context, relay } = fakeSlashContext({ context: sessions, isInteractive: true, pick });
		await relay.send('say hello', { signal: new AbortController().signal, onEvent: () => undefined });
		await findCommand(SLASH_COMMANDS, 'resume')?.run(context, '');
		expect(asked).toEqual([['shell', 'run', 'chat']]);
		expect(offered).toEqual(['ZAAAAA  2 h ago  completed     another']);
	});

	it('/resume latest means the last conversation but the one that runs', async () => {
		const sessions = contextWith([
			row('01K3ZZZZZZZZZZZZZZZZZZZZZZ', 'this one'),
			row('01K3ZZZZZZZZZZZZZZZZZAAAAA', 'another'),
		]);
		const { context, relay } = fakeSlashContext({ context: sessions });
		await relay.send('say hello', { signal: new AbortController().signal, onEvent: () => undefined });
		await findCommand(SLASH_COMMANDS, 'resume')?.run(context, 'latest');
		expect(relay.calls.at(-1)).toEqual({ call: 'resume', id: '01K3ZZZZZZZZZZZZZZZZZAAAAA' });
	});

	it('/resume opens what the reference names and says what it found', async () => {
		const { relay, text } = await run('/resume latest');
		expect(relay.calls).toEqual([{ call: 'resume', id: '01K3ZZZZZZZZZZZZZZZZZZZZZZ' }]);
		expect(text).toContain('turn 3 was cut off');
		await expect(run('/resume nothing')).rejects.toMatchObject({ code: 'no_such_session' });
	});

	it('/note wants words', async () => {
		expect((await run('/note the database is read-only')).relay.calls).toEqual([
			{ call: 'note', text: 'the database is read-only' },
		]);
		await expect(run('/note')).rejects.toMatchObject({ code: 'usage' });
	});

	it('/rename and /tag change the open session, and refuse odd words', async () => {
		const { context, relay, printed } = fakeSlashContext();
		await relay.send('say hello', { signal: new AbortController().signal, onEvent: () => undefined });
		const type = async (line: string) => {
			const [, name = '', argument = ''] = /^\/(\S+) ?(.*)$/s.exec(line) ?? [];
			await findCommand(SLASH_COMMANDS, name)?.run(context, argument);
		};
		await type('/rename the  login');
		expect(printed.at(-1)).toBe('Session ZZZZZZ is called the login');
		await expect(type('/rename a\u2028b')).rejects.toMatchObject({ code: 'usage' });
		await expect(type(`/rename ${'x'.repeat(201)}`)).rejects.toMatchObject({ code: 'usage' });
		await type('/tag auth review:ux');
		expect(printed.at(-1)).toBe('Session ZZZZZZ: auth review:ux (+auth +review:ux)');
		await type('/tag auth --remove');
		expect(printed.at(-1)).toBe('Session ZZZZZZ: no tags (nothing changed)');
		for (const odd of ['-x', 'a,b', '\u202eb', '../x', 'x'.repeat(201)])
			await expect(type(`/tag ok ${odd}`)).rejects.toMatchObject({ code: 'usage' });
	});

	it('/exit leaves', async () => {
		expect((await run('/exit')).hasExited()).toBe(true);
	});

	it('an unknown one names the nearest', () => {
		expect(unknownCommand(SLASH_COMMANDS, 'sesions').hint).toContain('Did you mean /sessions?');
		expect(unknownCommand(SLASH_COMMANDS, 'home/user/x').hint).toContain('/help lists all');
	});
});

function row(text: string, title: string): SessionSummary {
	const id = parseSessionId(text);
	if (id === null) throw new Error(`${text} is no id`);
	const meta = fakeSessionMeta({ id, status: 'completed', title });
	return fakeSummary(NOON - 7_200_000, { id, meta, status: 'completed', reason: null });
}

function contextWith(found: readonly SessionSummary[], onList?: Parameters<typeof fakeStore>[1]) {
	const relay = createFakeRelay({ clock: noonClock });
	return fakeCommandContext({ relay, clock: noonClock }, { store: async () => fakeStore(found, onList) });
}

describe('what commands print', () => {
	const quiet = SLASH_COMMANDS.filter(
		({ name }) =>
			![
				'blame',
				'use',
				'retry',
				'answer',
				'resume',
				'note',
				'exit',
				'export',
				'chat',
				'say',
				'race',
				'rename',
				'tag',
				'undo',
				'redo',
				'handoff',
				'fork',
				'checkpoint',
				'packet',
				'search',
				'conversation',
				'attach',
			].includes(name),
	);

	it.each(quiet.map(({ name }) => name))(
		'/%s fits 40 columns and holds no control character',
		async (name) => {
			const { printed } = await run(`/${name}`, { columns: 39 });
			expect(printed.length).toBeGreaterThan(0);
			expect(printed.join('\n')).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
			if (name !== 'status' && name !== 'diff') {
				for (const line of printed) expect(columnsOf(line)).toBeLessThanOrEqual(39);
			}
		},
	);
});
