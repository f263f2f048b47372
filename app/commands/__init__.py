"""The command line, one file a noun. Each command is thin: it reads arguments, calls the part, prints."""
