import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../../src/cli/argv/program.ts';
import { separateTask } from '../../../../src/cli/argv/separate-task.ts';

const apart = (line: string) =>
	separateTask(
		line.split(' '),
		createProgram(
			async () => 0,
			() => undefined,
		),
	);

describe('a task that is the name of a subcommand', () => {
	it.each([
		['race -- show', 'race', 'show'],
		['race -A claude,codex -- clean', 'race -A claude,codex', 'clean'],
		['-C elsewhere race --check true -- list', '-C elsewhere race --check true', 'list'],
	])('is taken out of: %s', (line, rest, task) => {
		expect(apart(line)).toEqual({ argv: rest.split(' '), task });
	});

	it.each([
		'race show',
		'race -- fix',
		'race show -- list',
		'race diff -- open',
		'race -- show it',
		'run -- show',
		'run race -- show',
		'race --',
		'show',
	])('is not seen in: %s', (line) => {
		expect(apart(line)).toEqual({ argv: line.split(' '), task: null });
	});
});
