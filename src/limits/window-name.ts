/** The names that CLIs give to the windows of a plan, in people's words. */
const WORDS: Readonly<Record<string, string>> = {
	five_hour: '5-hour window',
	seven_day: 'weekly window',
	// Claude Code shows it as the limit of that model.
	seven_day_overage_included: 'weekly fable window',
};

/** `5-hour window`, `weekly opus window`, `primary window`: a name that is not known, as words. Untrusted: show it through `core/text.ts`. */
export function describeWindow(name: string): string {
	const known = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
	if (known !== undefined) return known;
	const words = name
		.replace(/^seven_day_/, 'weekly_')
		.replace(/^five_hour_/, '5-hour_')
		.replaceAll('_', ' ');
	return /\bwindow$/.test(words) ? words : `${words} window`;
}

const SHORT: Readonly<Record<string, string>> = { five_hour: '5h', seven_day: 'week' };

/** `5h`, `week`, `week opus`, `primary`: for a row that has little room. Untrusted: show it through `core/text.ts`. */
export function shortWindow(name: string): string {
	const known = Object.hasOwn(SHORT, name) ? SHORT[name] : undefined;
	return (
		known ??
		name
			.replace(/_window$/, '')
			.replace(/^seven_day_/, 'week_')
			.replace(/^five_hour_/, '5h_')
			.replaceAll('_', ' ')
	);
}
