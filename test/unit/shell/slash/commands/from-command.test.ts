import { describe, expect, it } from 'vitest';
import { command } from '../../../../../src/commands/command.ts';
import { asJson, choice, countFrom1, flag, value } from '../../../../../src/commands/options/option-table.ts';
import { slashCommand } from '../../../../../src/shell/slash/commands/from-command.ts';
import { fakeSlashContext } from '../../../../helpers/fake-slash-context.ts';

const count = slashCommand(
	command({
		path: 'count show',
		isDefault: true,
		about: 'counts what is there',
		examples: ['count show 2', 'count show --all --json'],
		in: ['cli', 'shell'],
		duringTurn: 'now',
		options: {
			turn: value('[turn]', 'only this turn', 'turns', countFrom1('a turn is')),
			limit: value('-n, --limit <count>', 'at most', 'none', countFrom1('--limit takes')),
			order: choice('--order <order>', 'in this order', ['up', 'down']),
			all: flag('--all', 'all of them'),
			json: asJson,
		},
		load: async () => ({
			run: async (_context, options) => ({ exitCode: 0, data: options }),
			toJson: () => null,
		}),
		lines: async () => (data) => [JSON.stringify(data)],
	}),
);

async function typed(argument: string) {
	const { context, printed } = fakeSlashContext();
	await count.run(context, argument);
	return JSON.parse(printed.join('\n'));
}

describe('a command in the shell', () => {
	it('is called, described and shown by its table', () => {
		expect(count).toMatchObject({
			name: 'count',
			usage: 'count [TURN] [--limit COUNT] [--order ORDER] [--all]',
			summary: 'counts what is there',
			example: '/count 2',
			duringTurn: 'now',
		});
	});

	it('reads words and flags in any order', async () => {
		expect(await typed('')).toEqual({ turn: null, limit: null, order: null, all: false, json: false });
		expect(await typed('--all 3 -n 2')).toMatchObject({ turn: 3, limit: 2, all: true });
		expect(await typed('"3" --order=up')).toMatchObject({ turn: 3, order: 'up' });
	});

	it.each([
		['x', 'a turn is a number from 1 on, not "x".'],
		['1 2', '/count takes 1 word, and got 1 2'],
		['--json', /--json/],
		['--limit', /--limit/],
		['--order over', '"over" is not one of up, down.'],
	])('refuses %s with what it takes', async (argument, message) => {
		await expect(typed(argument)).rejects.toMatchObject({
			code: 'usage',
			message: typeof message === 'string' ? message : expect.stringMatching(message),
			hint: `Usage: /${count.usage}, for example /count 2`,
		});
	});

	it('asks as the shell does, and tells later agents what they are to know', async () => {
		const take = slashCommand(
			command({
				path: 'take',
				about: 'takes what is there',
				examples: ['take'],
				in: ['shell'],
				duringTurn: 'queued',
				options: {},
				load: async () => ({
					run: async ({ ask }) => {
						const data = (await ask?.('Take it?', [{ value: 'yes', label: 'yes' }])) ?? 'nobody';
						return { exitCode: 0, data, heard: `said ${data}` };
					},
					toJson: () => null,
				}),
				lines: async () => (data) => [data],
			}),
		);
		const asked = fakeSlashContext({ isInteractive: true, pick: async (question) => `yes to ${question}` });
		await take.run(asked.context, '');
		expect(asked.printed).toEqual(['yes to Take it?']);
		expect(asked.relay.calls).toEqual([{ call: 'note', text: 'said yes to Take it?' }]);
		const alone = fakeSlashContext();
		await take.run(alone.context, '');
		expect(alone.printed).toEqual(['nobody']);
	});

	it('completes its operand, and the values of its flags', async () => {
		const { context, relay } = fakeSlashContext();
		await relay.send('say hello', { signal: new AbortController().signal, onEvent: () => undefined });
		expect(await count.complete(context, '')).toEqual([{ value: '1', hint: 'claude completed' }]);
		expect(await count.complete(context, '--order u')).toEqual([{ value: 'up' }, { value: 'down' }]);
		expect(await count.complete(context, '--limit 2')).toEqual([]);
	});
});
