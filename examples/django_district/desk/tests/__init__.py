"""The pages, tested as people use them: over HTTP."""
