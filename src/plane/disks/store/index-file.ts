/** The file in a store's directory that says what it holds. */
export const indexFileName = 'index.sqlite';
