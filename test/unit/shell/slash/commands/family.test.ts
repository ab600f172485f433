import { describe, expect, it } from 'vitest';
import { slashFamily } from '../../../../../src/shell/slash/commands/family.ts';
import type { SlashCommand } from '../../../../../src/shell/slash/slash-command.ts';
import { fakeSlashContext } from '../../../../helpers/fake-slash-context.ts';

const asked: string[] = [];
const fake = (name: string): SlashCommand => ({
	name,
	aliases: [],
	usage: name,
	summary: name,
	example: `/${name}`,
	duringTurn: 'now',
	complete: async (_shell, argument) => [{ value: `${name}<${argument}>` }],
	run: async (_shell, argument) => void asked.push(`${name}<${argument}>`),
});
const tour = slashFamily({
	head: fake('tour'),
	members: [fake('tour show'), fake('tour list')],
	isHead: (words) => words.includes('--with'),
});

describe('commands with one first word', () => {
	it.each([
		['show', 'tour show<>'],
		['  list  a "b c"', 'tour list<a "b c">'],
		['show the way --with me', 'tour<show the way --with me>'],
		['"show" it', 'tour<"show" it>'],
		['the way', 'tour<the way>'],
		['', 'tour<>'],
	])('%j is for %s', async (argument, meant) => {
		asked.length = 0;
		await tour.run(fakeSlashContext().context, argument);
		expect(asked).toEqual([meant]);
	});

	it.each([
		['', ['show', 'list', 'tour<>']],
		['sh', ['show', 'list', 'tour<sh>']],
		['show a', ['tour show<a>']],
		['the w', ['tour<the w>']],
	])('%j completes to %j', async (argument, offered) => {
		const found = await tour.complete(fakeSlashContext().context, argument);
		expect(found.map(({ value }) => value)).toEqual(offered);
	});
});
