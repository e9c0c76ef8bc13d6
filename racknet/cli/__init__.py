"""The command line: options in, text and status out."""
