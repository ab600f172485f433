import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../app/create-app.ts';
import { RelayError } from '../../core/errors.ts';
import { searchPathOutside } from '../../core/processes/find-executable.ts';
import { withPrivatePath } from '../../turns/process/private-files.ts';
import { commandWords } from './command-words.ts';
import { takeOver } from './take-over.ts';

/**
 * What the user makes of `text` in `$VISUAL`, else `$EDITOR`, else vi, on a private file. The variable may hold arguments.
 * `called`: the file's name, and what its text is. RelayError where there is no editor, or it fails.
 */
export function editText(
	app: Pick<App, 'env' | 'folder' | 'paths' | 'processes'>,
	text: string,
	repoFolders: readonly string[],
	called: { file: string; what: string } = { file: 'prompt.md', what: 'the prompt' },
): Promise<string> {
	const [program = 'vi', ...args] = commandWords(app.env.VISUAL || app.env.EDITOR || 'vi');
	// A program of the repo that calls itself `vi` is not the user's editor.
	const env = { ...app.env, PATH: searchPathOutside(app.env.PATH ?? '', repoFolders) };
	const { processes, paths } = app;
	const place = { folder: join(paths.stateHome, 'private'), name: called.file, processes };
	return withPrivatePath(place, (file) => {
		writeFileSync(file, text, { mode: 0o600 });
		const exitCode = takeOver(program, [...args, file], { env, cwd: app.folder }, 'Set EDITOR.');
		if (exitCode !== 0)
			throw new RelayError('refused', `${program} ended with ${exitCode}; ${called.what} is unchanged.`);
		return readFileSync(file, 'utf8');
	});
}
