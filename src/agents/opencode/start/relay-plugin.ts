/**
 * Runs inside opencode, not inside the relay: a plugin that writes the status of a session to stderr, one line each time,
 * after a character that no other line begins with. It imports nothing and answers nothing. The lines are read by `status-lines.ts`.
 */
interface PluginEvent {
	event: { type: string; properties?: Record<string, unknown> };
}

export const AgentRelay = async () => ({
	event: async ({ event }: PluginEvent): Promise<void> => {
		if (event.type !== 'session.status') return;
		process.stderr.write(`\u001e${JSON.stringify({ relay: event.type, ...event.properties })}\n`);
	},
});
