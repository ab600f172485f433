/** How a terminal is drawn on, beyond its colours. */
export interface Drawing {
	/** Symbols are drawn as ASCII. */
	ascii: boolean;
	/** The spinner turns. */
	motion: boolean;
}

/** What the user set, where it depends on the terminal decided by what that says of itself. */
export function drawingFor(
	ui: { ascii: 'auto' | 'always' | 'never'; motion: boolean },
	env: LocaleVariables,
): Drawing {
	return { ascii: wantsAscii(ui.ascii, env), motion: ui.motion };
}

interface LocaleVariables {
	LC_ALL?: string | undefined;
	LC_CTYPE?: string | undefined;
	LANG?: string | undefined;
	TERM?: string | undefined;
}

/** `auto`: where the locale in force names an encoding other than UTF-8, and on terminals without the glyphs. */
function wantsAscii(setting: 'auto' | 'always' | 'never', env: LocaleVariables): boolean {
	if (setting !== 'auto') return setting === 'always';
	// Without any locale nothing is known of the encoding, and today's terminals have UTF-8.
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
	return env.TERM === 'linux' || env.TERM === 'dumb' || !/utf-?8/i.test(locale);
}
