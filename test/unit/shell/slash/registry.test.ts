import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SLASH_COMMANDS } from '../../../../src/shell/slash/registry.ts';
import { fakeSlashContext } from '../../../helpers/fake-slash-context.ts';

const docs = readFileSync(resolve(import.meta.dirname, '../../../../docs/shell.md'), 'utf8');

describe('the commands of the shell', () => {
	it('are those of the design', () => {
		expect(SLASH_COMMANDS.map(({ name }) => name).sort()).toEqual(
			'agents answer attach blame chat checkpoint config conversation diff exit export files fork handoff help limits metrics model name new note output packet permissions plan queue race redo rename resume retry runner say search sessions show status tag undo use ws'.split(
				' ',
			),
		);
	});

	it.each(SLASH_COMMANDS.map((command) => [command.name, command] as const))(
		'/%s has help, an example, a completion and a row in docs/shell.md',
		async (name, command) => {
			expect(command.usage.split(' ')[0]).toBe(name);
			expect(command.summary.length).toBeGreaterThan(10);
			expect(command.summary.length).toBeLessThanOrEqual(80);
			expect(command.example).toMatch(new RegExp(`^/${name}( |$)`));
			expect(Array.isArray(await command.complete(fakeSlashContext().context, ''))).toBe(true);
			expect(docs).toContain(`| \`/${command.usage.replaceAll(' | ', ' \\| ')}\` |`);
		},
	);

	it('share no name or alias', () => {
		const names = SLASH_COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
		expect(new Set(names).size).toBe(names.length);
	});
});
