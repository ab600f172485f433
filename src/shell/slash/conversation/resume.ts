import { isPathRef } from '../../../commands/options/path-ref.ts';
import { RelayError } from '../../../core/errors.ts';
import { safeLine } from '../../../core/text.ts';
import { latestConversation } from '../../../relay/resume/find-conversation.ts';
import { recapOf } from '../../../relay/resume/recap.ts';
import { describeNoWitness } from '../../../relay/resume/session-origin.ts';
import { nameInRef } from '../../../sessions/listing/session-ref.ts';
import { lastingId } from '../../../sessions/session-meta.ts';
import { formatAgo } from '../../../ui/quantities.ts';
import { cutToColumns } from '../../../ui/text-width.ts';
import { describeKind } from '../../../view/describe-session.ts';
import { recapLines } from '../../../view/transcript/recap-lines.ts';
import type { Candidate } from '../../editor/completion.ts';
import { wordsFirst } from '../../work/words-first.ts';
import { type SessionRow, sessionRows } from '../session-rows.ts';
import { type PickChoice, type SlashCommand, type SlashContext, usageError } from '../slash-command.ts';
import { readWordsAndFlags } from '../words-and-flags.ts';

/** `checkpointed` is the longest. */
const STATUS_CHARS = 12;
/** `/race resume` resumes races. */
const CONVERSATIONS = ['shell', 'run', 'chat'] as const;

export const resume: SlashCommand = {
	name: 'resume',
	aliases: [],
	usage: 'resume [REF] [--here]',
	summary: 'resume another session: id, part of it, @name, latest',
	example: '/resume latest',
	flags: [
		['REF', 'an id or a unique part of it, @name for its latest, latest; without it, pick from a list'],
		['--here', 'in this folder, and also if your relay did not start it'],
	],
	duringTurn: 'queued',
	async complete({ context }): Promise<readonly Candidate[]> {
		const rows = await sessionRows(context, CONVERSATIONS);
		return [{ value: 'latest' }, ...rows.map(({ id, title }) => ({ value: id, hint: safeLine(title, 40) }))];
	},
	async run(context, argument) {
		const { values, words } = readWordsAndFlags(resume, argument, { here: { type: 'boolean' } });
		const ref = words ?? (await pickSession(context));
		if (ref === null) return;
		const isHere = values.here ?? false;
		const id = await resolve(ref, isHere, context);
		const isAccepted = !isHere && (await isAgreed(id, context));
		if (isAccepted === null) return;
		const found: string[] = [];
		if (context.relay.session()?.id !== id) await wordsFirst(context);
		await context.work(async ({ signal }) => {
			found.push(...(await context.relay.resume(id, { isHere, isAccepted, signal })));
			return { exitCode: 0 };
		});
		const { agent, permissions } = context.relay.active();
		const session = context.relay.session();
		const { theme } = context;
		const recap = session && recapOf((await context.context.store()).story(session.id));
		context.print([
			`Resumed ${theme.bold(session === null ? ref : lastingId(session.meta))}${theme.dim(` · ${agent} · ${permissions}`)}`,
			...(recap === null ? [] : recapLines(recap, await recapLook(context))),
			...found.map((line) => theme.warn(`  ${safeLine(line, 300)}`)),
		]);
	},
};

async function recapLook({ theme, columns, clock, relay, context: { called } }: SlashContext) {
	const { choice } = await relay.agents.upcoming();
	const next = { choice, permissions: relay.active().permissions, full: '/permissions full' };
	return { theme, columns, now: clock.now(), called, next };
}

/** Asks before a session that no relay of this user began is resumed, if somebody can answer; null: the user said no. */
async function isAgreed(id: SessionRow['id'], context: SlashContext): Promise<boolean | null> {
	const store = await context.context.store();
	if (store.witness(id).isOurs || !context.isInteractive) return false;
	context.print([context.theme.warn(`${describeNoWitness(id)}.`)]);
	const answer = await context.pick('Resume it? What its records say goes to agents as a quote.', [
		{ value: 'no', label: 'no' },
		{ value: 'yes', label: 'yes' },
	]);
	return answer === 'yes' ? true : null;
}

/** `latest` is the last conversation other than the current one, as `resume latest` finds it. */
async function resolve(
	ref: string,
	isHere: boolean,
	{ relay, context }: SlashContext,
): Promise<SessionRow['id']> {
	const store = await context.store();
	const name = nameInRef(ref) ?? undefined;
	if (isPathRef(ref)) return placed(ref, isHere, context);
	if (ref !== 'latest' && name === undefined) return store.resolve(ref);
	const current = relay.session()?.id;
	const latest = latestConversation(store, ({ id }) => id !== current, name);
	if (latest !== null) return latest.id;
	throw new RelayError('no_such_session', 'There is no other session here.', {
		hint: 'To continue this one, just type.',
	});
}

/** The session of a folder, or one with the turns of a transcript. */
async function placed(
	ref: string,
	here: boolean,
	context: SlashContext['context'],
): Promise<SessionRow['id']> {
	const { placePathRefs } = await import('../../../commands/sessions/place-path-refs.ts');
	const asked = { names: ['ref'], transcripts: 'adopt' as const };
	const { given } = await placePathRefs(context, { ref, here }, asked);
	return (await context.store()).resolve(String(given.ref));
}

async function othersOf({ relay, context }: SlashContext): Promise<SessionRow[]> {
	const current = relay.session()?.id;
	return (await sessionRows(context, CONVERSATIONS)).filter(({ id }) => id !== current);
}

async function pickSession(context: SlashContext): Promise<string | null> {
	if (!context.isInteractive)
		throw usageError(resume, 'Which session? /sessions lists them, and latest is the last one used.');
	const rows = await othersOf(context);
	if (rows.length === 0) {
		context.print([context.theme.dim('There is no other session yet.')]);
		return null;
	}
	return context.pick('Resume', choicesOf(rows, context));
}

function choicesOf(rows: readonly SessionRow[], { clock, columns }: SlashContext): PickChoice[] {
	const ages = rows.map(({ updatedAt }) => formatAgo(updatedAt, clock.now()));
	const widest = Math.max(...ages.map((age) => age.length));
	return rows.map(({ id, ref, kind, parent, title, status }, i) => {
		const what = [status, describeKind({ kind, parent })].filter((word) => word !== '').join(' ');
		return {
			value: id,
			label: cutToColumns(
				`${ref}  ${(ages[i] ?? '').padEnd(widest)}  ${what.padEnd(STATUS_CHARS)}  ${safeLine(title, 200)}`,
				columns - 4,
			),
		};
	});
}
