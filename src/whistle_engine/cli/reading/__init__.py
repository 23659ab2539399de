"""Reading on the command line: a classification, matters, the ledger, what waits for a unit."""
