"""A small POSIX shell: words, grammar, the commands that are built in, and the interpreter."""
