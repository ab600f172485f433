import { commandContext, type HeldSettings } from '../app/command-context.ts';
import type { App } from '../app/create-app.ts';
import type { FrontEnd } from '../commands/front-end.ts';
import { createProcessSignals } from '../core/processes/own-signals.ts';
import type { Conversation } from '../relay/contract.ts';
import { runShell } from '../shell/run-shell.ts';
import type { ShellOptions } from '../shell/shell-options.ts';
import type { Output } from './output.ts';
import { createShellServices } from './shell-services.ts';

interface Parts {
	app: App;
	output: Output;
	held: HeldSettings;
	front: FrontEnd;
}

/** Runs the shell on `conversation`, and closes that. The exit code. */
export async function openShell(conversation: Conversation, parts: Parts): Promise<number> {
	// From the first prompt on the shell closes it, in bounded time.
	return runShell(await closedOnError(conversation, () => shellOptions(conversation, parts)));
}

async function shellOptions(
	conversation: Conversation,
	{ app, output, held, front }: Parts,
): Promise<ShellOptions> {
	const holder = await held.holder();
	const services = await createShellServices(app, holder, held.readAgain);
	const { ui } = holder.settings.loaded.config;
	await output.useColor(ui.color);
	const { input, output: screen, errorOutput } = app.streams;
	return {
		relay: conversation,
		context: commandContext(app, { ...front, ask: null, commandLine: null }, held, conversation),
		services,
		input,
		output: screen,
		errorOutput,
		signals: createProcessSignals(process, app),
		clock: app.clock,
		theme: output.theme,
		survivorDesk: app.desk,
		takeNotices: app.takeNotices,
		thinking: ui.thinking,
		isDumb: app.env.TERM === 'dumb',
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
