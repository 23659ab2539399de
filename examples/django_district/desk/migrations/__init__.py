"""How the application's tables came about."""
