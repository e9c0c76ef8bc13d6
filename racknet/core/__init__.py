"""The pure core: which address of a host is which. No input, no output."""
