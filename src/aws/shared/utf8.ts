/** How many bytes a text has in UTF-8, as AWS counts most of its bounds. */
export const byteLengthOf = (text: string): number => new TextEncoder().encode(text).length;
