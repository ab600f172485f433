/**
 * Sends lines for people that no event carries to `show` instead of stderr, until the returned function is called. Whoever draws on
 * the terminal needs it: a line written past them would land in the middle of their drawing.
 */
export type TakeNotices = (show: (text: string) => void) => () => void;
