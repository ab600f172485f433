import { basename } from 'node:path';
import { secretValues } from '../agents/secret-values.ts';
import { commandContext, type HeldSettings } from '../app/command-context.ts';
import type { App } from '../app/create-app.ts';
import { listFiles } from '../app/list-files.ts';
import { historyPath, launchPlace } from '../app/open-names.ts';
import { clonedFolders, obeysRepo } from '../app/repo-trust.ts';
import type { SettingsHolder } from '../app/settings.ts';
import type { FrontEnd } from '../commands/front-end.ts';
import { commandsBefore } from '../commands/output/recorded-commands.ts';
import { SERVER_PREFIX } from '../commands/pair/tmux.ts';
import { removeIfThere } from '../core/files/write-file.ts';
import { createProcessSignals } from '../core/processes/own-signals.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import { createRedactor } from '../handoff/redact.ts';
import type { Conversation } from '../relay/conversation-contract.ts';
import { isLive } from '../sessions/names/line-of-work.ts';
import { DEFAULT_NAME } from '../sessions/names/name-id.ts';
import { openPairMail, PAIR_VARIABLE, pairMailPath, removePairMail } from '../sessions/names/pair-mail.ts';
import { runShell } from '../shell/run-shell.ts';
import type { ShellOptions, TrustQuestion } from '../shell/shell-options.ts';
import { drawingFor } from '../ui/drawing.ts';
import { editText } from './input/edit-text.ts';
import type { Output } from './output.ts';
import type { ScreenParts } from './screens/full-screen-options.ts';
import { createUserScreen } from './screens/user-screen.ts';

interface Parts {
	app: App;
	output: Output;
	held: HeldSettings;
	front: FrontEnd;
}

/** Runs the shell on `conversation`, and closes that. The exit code. */
export async function openShell(conversation: Conversation, parts: Parts): Promise<number> {
	// From the first prompt on the shell closes it, in bounded time.
	const options = await closedOnError(conversation, () => shellOptions(conversation, parts));
	try {
		return await runShell(options);
	} finally {
		if (options.pair) await leavePair(parts.app);
	}
}

async function shellOptions(
	conversation: Conversation,
	{ app, output, held, front }: Parts,
): Promise<ShellOptions> {
	const holder = await held.holder();
	const [repo, around, { location }, { line }] = await Promise.all([
		app.repo(),
		app.around(),
		app.store(),
		app.names(),
	]);
	line.enter(launchPlace(app.env, holder.settings, repo));
	const { ui, notify } = holder.settings.loaded.config;
	await output.useColor(ui.color);
	const { input, output: screen, errorOutput } = app.streams;
	return {
		relay: conversation,
		context: commandContext(app, inShell(front, { app, output, held }), held, conversation),
		version: app.version,
		worktree: repo.worktree,
		historyPath: () => historyPath(app.paths, app.name.id, location),
		redact: (text) => createRedactor(secretValues(app.env, holder.settings.registry.adapters)).record(text),
		listFiles: (folder) => listFiles(app, folder),
		openEditor: async (text) => editText(app, text, clonedFolders(repo, around)),
		openPager: (lines, print) => showPaged(app, lines, print),
		pendingTrust: async () => trustQuestion(repo, holder, held),
		input,
		output: screen,
		errorOutput,
		signals: createProcessSignals(process, app),
		clock: app.clock,
		theme: output.theme,
		survivorDesk: app.desk,
		takeNotices: app.takeNotices,
		hasStatus: ui.status,
		notify: { terminal: notify.terminal, afterMs: notify.after_s * 1000, env: app.env },
		thinking: ui.thinking,
		drawing: drawingFor(ui, app.env),
		commandsBefore,
		isDumb: app.env.TERM === 'dumb',
		reportsKeys: app.env.TERM !== 'linux',
		pair: isInPair(app) ? openPairMail(mailPathOf(app, location), app.clock) : null,
	};
}

/** The shell asks and draws by itself, and lends its terminal to what takes it whole. */
const inShell = (front: FrontEnd, parts: ScreenParts): FrontEnd => ({
	...front,
	ask: null,
	progress: () => undefined,
	lendTerminal: null,
	screen: front.screen === null ? null : createUserScreen(parts, { isInShell: true }),
	commandLine: null,
});

/** Over the shell, which ends by itself on a signal: the pager only has to make room. */
async function showPaged(
	app: App,
	lines: readonly string[],
	print: (lines: readonly string[]) => void,
): Promise<void> {
	const { OVER_SCREEN, printPaged } = await import('./pager.ts');
	const write = async () => print(lines);
	await printPaged([`${lines.join('\n')}\n`], { write }, { ...app, leave: () => undefined }, OVER_SCREEN);
}

/** What is piped into a shell is not heard by another one. */
const isInPair = ({ env, name, streams }: App) =>
	env[PAIR_VARIABLE] !== undefined && name.id !== DEFAULT_NAME && streams.input.isTTY === true;

const mailPathOf = ({ paths, name }: App, { folder }: { folder: string }) =>
	pairMailPath(paths.stateHome, folder, name.id);

/** The last shell to leave takes with it what they said to each other. */
async function leavePair(app: App): Promise<void> {
	const { location } = await app.store();
	const path = mailPathOf(app, location);
	await app.leaveName();
	const { live } = await app.names();
	if (isLive(live, app.name.id)) return;
	removePairMail(path);
	// tmux leaves the socket of a server that has ended. One of the user's own is not touched.
	const [socket = ''] = (app.env.TMUX ?? '').split(',');
	if (basename(socket).startsWith(SERVER_PREFIX)) removeIfThere(socket);
}

/** null where all is obeyed, or the user said no to these files. */
function trustQuestion(
	repo: Pick<RepoFacts, 'kind'>,
	holder: SettingsHolder,
	{ readAgain }: HeldSettings,
): TrustQuestion | null {
	const { trust } = holder.settings;
	const { digests } = trust;
	if (obeysRepo(trust) || digests === null || repo.kind === 'none') return null;
	if (trust.store.isDeclined(trust, digests)) return null;
	return {
		files: [...digests.keys()],
		decline: () => trust.store.decline(trust, digests),
		accept: async () => {
			trust.store.trust(trust, digests);
			holder.settings = await readAgain();
		},
	};
}

async function closedOnError<Value>(conversation: Conversation, make: () => Promise<Value>): Promise<Value> {
	try {
		return await make();
	} catch (error) {
		await conversation.close();
		throw error;
	}
}
