"""The application: pages on which a district's people work on matters."""
