/**
 * A REF that is a path: to the folder of a session, in this repo's records or another repo's, or to an agent's own transcript. What
 * the command gets is the id of a session, and the context of the repo that has it.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { formatPlural } from '../../core/plural.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine } from '../../core/text.ts';
import { adoptTranscript } from '../../history/adopt-transcript.ts';
import { storeFolders } from '../../sessions/files/store-location.ts';
import type { CommandContext } from '../context.ts';
import type { Given } from '../options/option-table.ts';
import { isPathRef, refsOf, type TakesTranscripts } from '../options/path-ref.ts';

interface Placed {
	context: CommandContext;
	given: Given;
}

/** Throws `not_found` (exit code 4) for a path that is neither, `refused` for another repo's in the shell, and like `adoptTranscript`. */
export async function placePathRefs(
	context: CommandContext,
	given: Given,
	{ names, transcripts }: { names: readonly string[]; transcripts: TakesTranscripts },
): Promise<Placed> {
	let placed: Placed = { context, given };
	for (const name of names) {
		const refs: string[] = [];
		for (const ref of refsOf(given[name])) {
			const found = isPathRef(ref) ? await placeOne(ref, placed.context, { given, transcripts }) : null;
			if (found !== null && placed.context !== context && found.context !== placed.context)
				throw new RelayError('usage', 'These sessions are of different repos.', {
					hint: 'Name those of one repo.',
				});
			placed = { ...placed, context: found?.context ?? placed.context };
			refs.push(found?.ref ?? ref);
		}
		placed = { ...placed, given: { ...placed.given, [name]: Array.isArray(given[name]) ? refs : refs[0] } };
	}
	return placed;
}

interface Found {
	context: CommandContext;
	ref: string;
}

async function placeOne(
	ref: string,
	context: CommandContext,
	{ given, transcripts }: { given: Given; transcripts: TakesTranscripts },
): Promise<Found> {
	const path = absolute(ref, context);
	if (isFolder(path)) return ofSession(path, context);
	if (transcripts === 'read') return { context, ref: path };
	if (transcripts === 'adopt') return { context, ref: await adopt(path, given, context) };
	throw new RelayError('not_found', `${safeLine(path, 200)} is not the folder of a session.`, {
		hint: `If it is an agent's own transcript, go on with it first: agent-relay resume ${quoteForShell(path)}`,
	});
}

function absolute(ref: string, { home, folder }: Pick<CommandContext, 'home' | 'folder'>): string {
	if (ref.startsWith('~/')) return join(home, ref.slice(2));
	return isAbsolute(ref) ? join(ref) : join(folder, ref);
}

function isFolder(path: string): boolean {
	try {
		return lstatSync(path).isDirectory();
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG', 'ELOOP', 'ERR_INVALID_ARG_VALUE'))
			return false;
		throw error;
	}
}

async function ofSession(path: string, context: CommandContext): Promise<Found> {
	const folder = realpathSync(path);
	const id = parseSessionId(basename(folder));
	const records = dirname(dirname(folder));
	if (id === null || basename(dirname(folder)) !== 'sessions') throw notASession(path);
	const own = await context.store();
	if (storeFolders(own.location).some((one) => isFolder(one) && realpathSync(one) === records))
		return { context, ref: id };
	const root = rootOf(records) ?? (await knownRoot(folder, id, context));
	if (root === null) throw notASession(path);
	if (context.conversation !== null)
		throw new RelayError('refused', `Session ${id} is of another repo: ${safeLine(root, 200)}`, {
			hint: `Outside this shell: agent-relay -C ${quoteForShell(root)} show ${id.slice(-6)}`,
		});
	const there = context.elsewhere({ folder: root, env: context.env });
	const store = await there.store();
	if (!isFolder(store.folderOf(id)) || realpathSync(store.folderOf(id)) !== folder) throw notASession(path);
	context.notice(`session ${id.slice(-6)} is of ${safeLine(root, 200)}`);
	return { context: there, ref: id };
}

const notASession = (path: string) =>
	new RelayError('not_found', `${safeLine(path, 200)} is not the folder of a session.`, {
		hint: 'Sessions are in .agent-relay/sessions of their repo. List them: agent-relay sessions --all',
	});

/** For records beside the work. */
function rootOf(records: string): string | null {
	return ['.agent-relay', 'agent-relay'].includes(basename(records)) ? dirname(records) : null;
}

/** For records in the state folder; null: no repo is known to have them. */
async function knownRoot(
	folder: string,
	id: SessionId,
	{ otherStores }: CommandContext,
): Promise<string | null> {
	const known = await otherStores();
	return known.find(({ store }) => store.folderOf(id) === folder)?.root ?? null;
}

/** The session that has the turns of the transcript, made for it if there is none. Throws like `adoptTranscript`. */
export async function adopt(
	path: string,
	given: { readonly trust?: unknown; readonly here?: unknown },
	context: CommandContext,
): Promise<SessionId> {
	// What the command itself asks of its ports holds for the whole call.
	const { name } = (await context.names()).line;
	const aside = context.elsewhere({ folder: context.folder, env: context.env, name: name.id });
	const ports = await aside.ports({ isTrusted: given.trust === true, config: [], willAsk: true });
	const options = { isHere: given.here === true, onSlow: context.notice };
	const { id, isNew, agent, turns, torn } = await adoptTranscript(path, options, ports);
	const unread = torn === 0 ? '' : `; ${formatPlural(torn, 'line')} could not be read`;
	context.notice(
		isNew
			? `session ${id.slice(-6)} is made from ${safeLine(path, 200)}: ${formatPlural(turns, 'turn')} of ${agent}${unread}`
			: `session ${id.slice(-6)} has that conversation already`,
	);
	return id;
}
