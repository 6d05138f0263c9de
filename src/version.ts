// The version of this build, as nodes report it to each other.

export const VERSION = '0.1.0';
