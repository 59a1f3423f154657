/** The version of the package, equal to `package.json` (a test holds them together): no file is read for it at start. */
export const version = '0.1.0';
