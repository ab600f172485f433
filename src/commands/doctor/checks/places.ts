/** Where the relay writes: whether it can, and whether others can. */
import { accessSync, closeSync, constants, fchmodSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { isOwned, lstatIfThere } from '../../../core/files/file-facts.ts';
import { type Finding, ok, problem } from '../finding.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, W_OK, X_OK } = constants;

export interface Place {
	name: string;
	path: string;
	/** Permission bits that it must not have. */
	forbidden: number;
}

export function checkPlaces(places: readonly Place[]): Finding[] {
	const found = places.flatMap(({ name, path, forbidden }) => [
		...checkWritable(name, path),
		...checkMode(path, forbidden),
	]);
	const names = places.map(({ name }) => name).join(', ');
	return found.length === 0 ? [ok('folders', `${names}: writable, and nobody else's`)] : found;
}

function checkWritable(name: string, path: string): Finding[] {
	const at = nearestThere(path);
	try {
		accessSync(at, W_OK | X_OK);
		return [];
	} catch (error) {
		const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
		return [
			problem(
				'folders',
				`${name}: ${at} cannot be written${why}`,
				`Give yourself the right: chmod u+rwx ${at}`,
			),
		];
	}
}

function nearestThere(path: string): string {
	let at = path;
	while (lstatIfThere(at) === undefined && dirname(at) !== at) at = dirname(at);
	return at;
}

/** The sticky names of links are not followed: what they lead to is somebody's decision. */
function checkMode(path: string, forbidden: number): Finding[] {
	const facts = lstatIfThere(path);
	if (facts === undefined || facts.isSymbolicLink()) return [];
	if (!isOwned(facts))
		return [
			problem('folders', `${path} belongs to another user`, `Take it over: sudo chown -R "$USER" ${path}`),
		];
	const excess = facts.mode & forbidden;
	if (excess === 0) return [];
	const wanted = facts.mode & 0o777 & ~forbidden;
	const octal = (mode: number) => mode.toString(8);
	return [
		problem(
			'folders',
			`${path} has mode ${octal(facts.mode & 0o777)}: others can ${excess & 0o222 ? 'write' : 'look'} there`,
			`Make it private: chmod ${octal(wanted)} ${path}`,
			{ question: null, act: () => changeMode(path, wanted) },
		),
	];
}

function changeMode(path: string, mode: number): string {
	const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	try {
		fchmodSync(fd, mode);
	} finally {
		closeSync(fd);
	}
	return `it has mode ${mode.toString(8)} now`;
}
