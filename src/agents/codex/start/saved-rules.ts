import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../../../core/errors.ts';
import type { TurnRequest } from '../../agent-adapter.ts';
import { foldersUp } from '../../folders-up.ts';

type Asked = Pick<TurnRequest, 'permissions' | 'env' | 'isTrusted' | 'folder' | 'worktree'>;

const MAX_BYTES = 1024 * 1024;

/**
 * Whether codex must ignore its rule files, which it writes itself when a person answers "always". A command that they
 * allow runs outside the sandbox, under read-only too (measured with 0.169.0 and 0.171.0). Under `edit` they stay if
 * one also forbids something: the user's refusals matter more than sandboxing the rest.
 */
export function ignoresRules(turn: Asked): boolean {
	if (turn.permissions === 'full') return false;
	const texts = ruleFolders(turn).flatMap(rulesIn);
	if (turn.permissions === 'read-only') return texts.length > 0;
	return texts.length > 0 && !texts.some((text) => /forbidden|prompt/.test(text));
}

function ruleFolders(turn: Asked): string[] {
	const { env, isTrusted } = turn;
	const home = env.CODEX_HOME || (env.HOME ? join(env.HOME, '.codex') : null);
	return [
		...(home === null ? [] : [join(home, 'rules')]),
		...(isTrusted ? foldersUp(turn).map((folder) => join(folder, '.codex/rules')) : []),
	];
}

function rulesIn(folder: string): string[] {
	try {
		return readdirSync(folder)
			.filter((name) => name.endsWith('.rules'))
			.map((name) => readRules(join(folder, name)));
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
		return [''];
	}
}

/** Empty if it cannot be read: the file is known to exist, but not what it says. */
function readRules(path: string): string {
	try {
		const facts = statSync(path);
		return facts.isFile() && facts.size <= MAX_BYTES ? readFileSync(path, 'utf8') : '';
	} catch {
		return '';
	}
}
