import { describe, expect, it } from 'vitest';
import { helpAskedBy } from '../../../../src/shell/slash/find-command.ts';
import { byNeed, groupsOf } from '../../../../src/shell/slash/order.ts';
import { SLASH_COMMANDS } from '../../../../src/shell/slash/registry.ts';
import { help } from '../../../../src/shell/slash/shell/help.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { SIZES } from '../../../helpers/edit-bench.ts';
import { fakeSlashContext } from '../../../helpers/fake-slash-context.ts';

async function shown(argument: string, size: { columns?: number; rows?: number } = {}): Promise<string[]> {
	const { context, printed } = fakeSlashContext({ ...size, columns: (size.columns ?? 80) - 1 });
	await help.run(context, argument);
	return printed;
}

describe('/help', () => {
	it.each(SIZES)('fits a screen of $columns x $rows, and names every command', async (size) => {
		const rows = await shown('', size);
		expect(rows.length).toBeLessThanOrEqual(size.rows - 6);
		for (const row of rows) expect(columnsOf(row), row).toBeLessThan(size.columns);
		const words = rows.join(' ').split(/[\s:]+/);
		for (const { name } of SLASH_COMMANDS)
			expect(words.includes(name) || words.includes(`/${name}`), name).toBe(true);
		expect(rows.at(-1)).toMatch(/\/help keys$/);
	});

	it('says what each does where there is no end to the screen', async () => {
		const text = (await shown('')).join('\n');
		for (const { name } of SLASH_COMMANDS) expect(text).toContain(`/${name}`);
		expect(text).not.toContain('more:');
	});

	it('begins with what is needed most', async () => {
		const rows = await shown('', { columns: 40, rows: 15 });
		expect(rows[0]).toMatch(/^(?:more: |\/)use /);
	});

	it('lists the keys', async () => {
		const text = (await shown('keys')).join('\n');
		for (const key of ['Shift+Enter', 'Ctrl+R', 'Ctrl+C', 'Ctrl+D', 'Ctrl+Z', '$EDITOR'])
			expect(text).toContain(key);
	});

	it.each(
		SLASH_COMMANDS.flatMap((command) => [command, ...(command.members ?? [])]).map(
			(one) => [one.name, one] as const,
		),
	)('%s: lists every word and flag of its usage', async (name, command) => {
		const text = (await shown(name)).join('\n');
		expect(text).toContain(command.summary);
		expect(text).toContain(command.example);
		for (const [flag] of command.flags ?? []) expect(text).toContain(flag);
		const listed = [
			...(command.flags ?? []).map(([flag]) => flag),
			...(command.members ?? []).map((one) => one.name),
		];
		const flags = command.usage.match(/--[a-z-]+/g) ?? [];
		for (const flag of flags) expect(listed.join(' '), flag).toContain(flag);
	});

	it('is asked for by --help, of a member of a family, too', () => {
		const find = (name: string) => SLASH_COMMANDS.find((command) => command.name === name) ?? help;
		expect(helpAskedBy(find('use'), '--help')).toBe('use');
		expect(helpAskedBy(find('use'), '-h')).toBe('use');
		expect(helpAskedBy(find('race'), 'show --help')).toBe('race show');
		expect(helpAskedBy(find('note'), 'say --help')).toBe(null);
		expect(helpAskedBy(find('note'), 'use --help with care')).toBe(null);
		expect(helpAskedBy(find('use'), '')).toBe(null);
	});
});

describe('the order of commands', () => {
	it('loses none and doubles none', () => {
		const names = SLASH_COMMANDS.map(({ name }) => name).sort();
		expect(
			byNeed(SLASH_COMMANDS)
				.map(({ name }) => name)
				.sort(),
		).toEqual(names);
		expect(
			groupsOf(SLASH_COMMANDS)
				.flatMap(({ commands }) => commands.map(({ name }) => name))
				.sort(),
		).toEqual(names);
	});
});
