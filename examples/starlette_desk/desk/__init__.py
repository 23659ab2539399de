"""A desk for a district's units: the engine as a JSON service, with an inbox page."""
