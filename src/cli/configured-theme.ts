import type { RelayConfig } from '../config/schema.ts';
import type { Theme } from '../ui/plain-theme.ts';
import { PLAIN_THEME } from '../ui/plain-theme.ts';
import type { Output } from './command.ts';

/** `ui.color` over what terminal and environment suggest; `auto` leaves it to them. */
export async function configuredTheme(
	color: RelayConfig['ui']['color'],
	{ theme }: Pick<Output, 'theme'>,
): Promise<Theme> {
	if (color === 'auto' || theme.hasColor === (color === 'always')) return theme;
	return color === 'never' ? PLAIN_THEME : (await import('../ui/theme.ts')).createTheme(true);
}
