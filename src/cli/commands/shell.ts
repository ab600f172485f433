/** `agent-relay` and `agent-relay resume`: the shell on a conversation. */
import { commandContext } from '../../app/command-context.ts';
import type { App } from '../../app/create-app.ts';
import { openRelay, readSettings, type SettingsHolder } from '../../app/open-relay.ts';
import { describeDistrust } from '../../app/repo-trust.ts';
import { RelayError } from '../../core/errors.ts';
import { createProcessSignals } from '../../core/processes/own-signals.ts';
import { runShell } from '../../shell/run-shell.ts';
import { askAboutSurvivors } from '../ask-survivor.ts';
import type { CommandResult, Output } from '../command.ts';
import { configuredTheme } from '../configured-theme.ts';
import { openEarlier } from '../open-earlier.ts';
import { type RelayOptions, relayFlags } from '../relay-options.ts';
import { createShellServices } from '../shell-services.ts';

export interface ResumeOptions extends RelayOptions {
	ref: string | undefined;
}

export async function shell(app: App, options: RelayOptions, output: Output): Promise<CommandResult> {
	const { input: keys, output: shown } = app.streams;
	const canAnswer = keys.isTTY === true && shown.isTTY === true && app.env.TERM !== 'dumb';
	const flags = { ...relayFlags(options, 'shell'), canAnswer };
	askAboutSurvivors(app, output.theme);
	const holder: SettingsHolder = { settings: await readSettings(app, flags) };
	// On a terminal the shell asks, and its question says the same; after a no it does not ask again.
	const { trust } = holder.settings;
	const isDeclined = trust.digests !== null && trust.store.isDeclined(trust, trust.digests);
	const line = app.streams.input.isTTY && !isDeclined ? null : describeDistrust(trust);
	if (line !== null) app.notice(line);
	const relay = await openRelay(app, flags, holder);
	let isShellsOwn = false;
	try {
		await openEarlier(app, relay, options);
		const services = await createShellServices(app, holder, () => readSettings(app, flags));
		const { input, output: screen, errorOutput } = app.streams;
		const signals = createProcessSignals(process, app);
		const theme = await configuredTheme(holder.settings.loaded.config.ui.color, output);
		// From here on the shell closes it, in bounded time.
		isShellsOwn = true;
		const exitCode = await runShell({
			relay,
			context: commandContext(app, { conversation: relay, holder }),
			services,
			input,
			output: screen,
			errorOutput,
			signals,
			clock: app.clock,
			theme,
			survivorDesk: app.desk,
			takeNotices: app.takeNotices,
			thinking: holder.settings.loaded.config.ui.thinking,
			isDumb: app.env.TERM === 'dumb',
		});
		return { exitCode };
	} finally {
		if (!isShellsOwn) await relay.close();
	}
}

export async function resume(
	app: App,
	{ ref, ...options }: ResumeOptions,
	output: Output,
): Promise<CommandResult> {
	const store = await app.store();
	if (store.list({ limit: 1 }).length === 0) {
		throw new RelayError('no_such_session', 'There is no session here yet.', {
			hint: 'Start one: agent-relay',
		});
	}
	// `latest` is the latest conversation, which only the listing of kinds can tell.
	const isNamed = ref !== undefined && ref !== 'latest';
	return shell(app, { ...options, session: isNamed ? store.resolve(ref) : 'latest' }, output);
}
