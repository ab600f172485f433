/** `claude-sonnet-5-5-20260901` beside the agent `claude` is `sonnet-5.5`; any other name stays as it is. */
export function shortModel(model: string, agent: string): string {
	const name = model.replace(/-20\d{6}$/, '');
	const prefix = `${agent}-`;
	const own = name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name;
	return own.replace(/(?<=-\d{1,2})-(?=\d{1,2}$)/, '.');
}
