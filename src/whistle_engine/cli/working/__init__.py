"""The worker on the command line, and what it has given up."""
