/**
 * Lines for people that no event tells go to `show`, in place of stderr, until the function that is returned is called. For
 * whoever draws on the terminal: a line that is written past him ends in the middle of his drawing.
 */
export type TakeNotices = (show: (text: string) => void) => () => void;
