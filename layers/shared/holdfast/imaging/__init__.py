"""Pictures: what a file's first bytes say, and the sizes that guests are shown."""
